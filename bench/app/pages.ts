import { gzipSync } from 'node:zlib'
import { inFolders, type Listening, serveSite } from '../../test/support/static-site.js'

/**
 * Both pages do the same: they load a model, look at a photo at once, and then answer as many as they can. The host compresses nothing; ours
 * fetches model and runtime as exported pages do.
 */
const ours = `<!doctype html><link rel="icon" href="data:,"><script type="module">
import { loadModel } from '/web/index.js'
const photo = async i => (await fetch('/photos/' + i + '.jpg')).blob()
const at = place => new URL(place, location.href).href
const wasm = {
  script: at('/web/ort/ort.wasm.min.mjs'),
  loader: at('/web/ort/ort-wasm-simd-threaded.mjs'),
  wasm: at('/web/ort/ort-wasm-simd-threaded.wasm'),
  packed: at('/packed/runtime.wasm.gz'),
}
const model = await loadModel('/packed/model.packed', { runtime: { wasm } })
globalThis.first = (await model.classify(await photo(0)), performance.now())
globalThis.answer = async count => { for (let i = 0; i < count; i++) await model.classify(await photo(i % 8)) }
</script>`

const theirs = `<!doctype html><link rel="icon" href="data:,"><script type="module">
import { env, pipeline } from '/packages/@huggingface/transformers/dist/transformers.min.js'
env.allowRemoteModels = false
env.allowLocalModels = true
env.useBrowserCache = false
env.localModelPath = '/models/'
env.backends.onnx.wasm.wasmPaths = '/packages/onnxruntime-web/dist/'
const classify = await pipeline('image-classification', 'hub')
globalThis.first = (await classify('/photos/0.jpg', { top_k: null }), performance.now())
globalThis.answer = async count => { for (let i = 0; i < count; i++) await classify('/photos/' + (i % 8) + '.jpg', { top_k: null }) }
</script>`

export const pages = { '/ours.html': ours, '/theirs.html': theirs } as const

/** A host of both pages that counts what it sends. */
export interface BenchHost extends Listening {
  /** Bytes sent since the last call: as they are, and as gzip makes them. Photos do not count. */
  sent(): { readonly raw: number; readonly compressed: number }
}

interface Sizes {
  readonly raw: number
  readonly compressed: number
}

/** @param folders - by path on the host */
export async function hostPages(folders: Readonly<Record<string, string>>): Promise<BenchHost> {
  const contentOf = inFolders(folders)
  const sizes = new Map<string, Sizes>()
  let sent: Sizes[] = []
  const site = await serveSite(
    pathname => {
      const content = pageAt(pathname) ?? contentOf(pathname)
      if (content === undefined || pathname.startsWith('/photos/')) return content
      const known = sizes.get(pathname) ?? { raw: content.length, compressed: gzipSync(content).length }
      sizes.set(pathname, known)
      sent.push(known)
      return content
    },
    { headers: { 'cache-control': 'no-cache' } },
  )
  return {
    ...site,
    sent() {
      const all = sent
      sent = []
      return {
        raw: all.reduce((sum, { raw }) => sum + raw, 0),
        compressed: all.reduce((sum, { compressed }) => sum + compressed, 0),
      }
    },
  }
}

function pageAt(pathname: string): string | undefined {
  return Object.entries(pages).find(([name]) => name === pathname)?.[1]
}
