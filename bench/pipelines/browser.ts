import { existsSync, readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import path from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { npmPeerFolder } from '../support/npm-peer.js'
import { answersSchema, type Side, saidOf, transformersJs } from './answers.js'

const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'

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

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
}

/** transformers.js in a headless Chromium, its files, the model's and the photos served from this machine; or why not. */
export async function startBrowserSide(): Promise<Side | { readonly skipped: string }> {
  if (!existsSync(chromiumPath))
    return { skipped: `there is no Chromium at ${chromiumPath}: install one, or name it in CHROMIUM` }
  const served = { hub: '', photos: [] as readonly string[] }
  const server = createServer((request, response) => answer(fileAt(request.url ?? '/', served), response))
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  const bound = server.address()
  const port = bound === null || typeof bound === 'string' ? 0 : bound.port
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
  return {
    name: `transformers.js ${transformersJs.packages['@huggingface/transformers']}, Chromium ${browser.version()}`,
    ask: async (hub, photos) => {
      Object.assign(served, { hub, photos })
      return answersSchema.parse(await asked(browser, port, path.basename(hub), photos.length)).map(saidOf)
    },
    close: async () => {
      await browser.close()
      server.close()
    },
  }
}

/** A page of its own for each model: what the last one left in memory is gone. */
async function asked(browser: Browser, port: number, model: string, count: number): Promise<unknown> {
  const tab = await browser.newPage()
  try {
    await tab.goto(`http://127.0.0.1:${port}/`)
    await tab.waitForFunction('globalThis.askAll !== undefined')
    return await tab.evaluate(`askAll(${JSON.stringify(model)}, ${count})`)
  } finally {
    await tab.close()
  }
}

/** The file that an address means; undefined where there is none. */
function fileAt(url: string, { hub, photos }: { readonly hub: string; readonly photos: readonly string[] }) {
  const [, folder, ...rest] = decodeURIComponent(new URL(url, 'http://localhost').pathname).split('/')
  if (folder === '') return ''
  if (folder === 'photos') return photos[Number(rest[0])]
  if (folder === 'models') return path.join(hub, ...rest.slice(1))
  return folder === 'packages'
    ? path.join(npmPeerFolder(transformersJs.key), 'node_modules', ...rest)
    : undefined
}

function answer(file: string | undefined, response: ServerResponse): void {
  if (file === '') response.writeHead(200, { 'content-type': 'text/html' }).end(page)
  else if (file === undefined || !existsSync(file)) response.writeHead(404).end()
  else {
    const type = types[path.extname(file)] ?? 'application/octet-stream'
    response.writeHead(200, { 'content-type': type }).end(readFileSync(file))
  }
}
