import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

/**
 * Both pages do the same: they load a model, look at a photo at once, and then answer as many as they can. The host compresses nothing; ours
 * fetches the runtime as exported pages do.
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
const model = await loadModel('/model.onnx', { runtime: { wasm } })
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

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
}

/** A host of both pages that counts what it sends. */
export interface BenchHost {
  readonly address: string
  /** Bytes sent since the last call: as they are, and as gzip makes them. Photos do not count. */
  sent(): { readonly raw: number; readonly compressed: number }
  close(): void
}

/** @param folders - by path on the host */
export async function hostPages(folders: Readonly<Record<string, string>>): Promise<BenchHost> {
  const files = new Map<string, { readonly body: Buffer; readonly compressed: Buffer }>()
  let sent: string[] = []
  const find = (pathname: string) => {
    const known = files.get(pathname)
    if (known) return known
    const body = contentAt(pathname, folders)
    const found = body && { body, compressed: gzipSync(body) }
    if (found) files.set(pathname, found)
    return found
  }
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const found = find(pathname)
    if (!found) {
      response.writeHead(404).end()
      return
    }
    if (!pathname.startsWith('/photos/')) sent.push(pathname)
    const type =
      types[pathname.endsWith('/') ? '.html' : path.extname(pathname)] ?? 'application/octet-stream'
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' }).end(found.body)
  }
  const server = createServer(answer)
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  const bound = server.address()
  const port = bound === null || typeof bound === 'string' ? 0 : bound.port
  return {
    address: `http://127.0.0.1:${port}`,
    sent() {
      const all = sent.map(find)
      sent = []
      return {
        raw: all.reduce((sum, one) => sum + (one?.body.length ?? 0), 0),
        compressed: all.reduce((sum, one) => sum + (one?.compressed.length ?? 0), 0),
      }
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function contentAt(pathname: string, folders: Readonly<Record<string, string>>): Buffer | undefined {
  const page = Object.entries(pages).find(([name]) => name === pathname)
  if (page) return Buffer.from(page[1])
  const place = Object.keys(folders)
    .sort((a, b) => b.length - a.length)
    .find(one => pathname.startsWith(one))
  if (place === undefined) return undefined
  const rest = decodeURIComponent(pathname.slice(place.length)) || 'index.html'
  const file = path.join(folders[place], rest)
  return existsSync(file) && statSync(file).isFile() ? readFileSync(file) : undefined
}
