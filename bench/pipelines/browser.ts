import path from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { chromiumPath, noBrowser } from '../../test/support/browser.js'
import { fileContent, serveSite } from '../../test/support/static-site.js'
import { npmPeerFolder } from '../support/npm-peer.js'
import { answersSchema, type Side, saidOf, transformersJs } from './answers.js'

/** What the page does: a pipeline of the folder at /model, asked about photos one at a time. */
const page = `<!doctype html><link rel="icon" href="data:,"><script type="module">
import { env, pipeline } from '/packages/@huggingface/transformers/dist/transformers.min.js'
env.allowRemoteModels = false
env.allowLocalModels = true
env.useBrowserCache = false
env.localModelPath = '/models/'
env.backends.onnx.wasm.wasmPaths = '/packages/onnxruntime-web/dist/'
globalThis.askAll = async (model, count) => {
  const classify = await pipeline('image-classification', model)
  const answers = []
  for (let i = 0; i < count; i++)
    answers.push(await classify('/photos/' + i, { top_k: null }).then(scores => ({ scores }), error => ({ error: error.message })))
  await classify.dispose()
  return answers
}
</script>`

/** transformers.js in a headless Chromium, its files, the model's and the photos served from this machine; or why not. */
export async function startBrowserSide(): Promise<Side | { readonly skipped: string }> {
  if (noBrowser !== undefined) return { skipped: noBrowser }
  const served = { hub: '', photos: [] as readonly string[] }
  const site = await serveSite(pathname => {
    const file = fileAt(pathname, served)
    return pathname === '/' ? page : file && fileContent(file)
  })
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
  return {
    name: `transformers.js ${transformersJs.packages['@huggingface/transformers']}, Chromium ${browser.version()}`,
    ask: async (hub, photos) => {
      Object.assign(served, { hub, photos })
      return answersSchema
        .parse(await asked(browser, site.address, path.basename(hub), photos.length))
        .map(saidOf)
    },
    close: async () => {
      await browser.close()
      site.close()
    },
  }
}

/** A page of its own for each model: what the last one left in memory is gone. */
async function asked(browser: Browser, address: string, model: string, count: number): Promise<unknown> {
  const tab = await browser.newPage()
  try {
    await tab.goto(`${address}/`)
    await tab.waitForFunction('globalThis.askAll !== undefined')
    return await tab.evaluate(`askAll(${JSON.stringify(model)}, ${count})`)
  } finally {
    await tab.close()
  }
}

/** The file that a path means; undefined where there is none. */
function fileAt(
  pathname: string,
  { hub, photos }: { readonly hub: string; readonly photos: readonly string[] },
): string | undefined {
  const [, folder, ...rest] = pathname.split('/')
  if (folder === 'photos') return photos[Number(rest[0])]
  if (folder === 'models') return path.join(hub, ...rest.slice(1))
  return folder === 'packages'
    ? path.join(npmPeerFolder(transformersJs.key), 'node_modules', ...rest)
    : undefined
}
