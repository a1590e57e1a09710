import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
}

/** A host of static files, as any web host is one. */
export interface StaticSite {
  /** `http://127.0.0.1:PORT`. */
  readonly address: string
  /** Paths asked for so far. */
  readonly asked: string[]
  close(): void
}

/**
 * Serves folders of this machine.
 *
 * @param folders - by path on the host, such as `/` and `/lib/`; the longest one that fits is taken
 */
export async function serveFolders(folders: Readonly<Record<string, string>>): Promise<StaticSite> {
  const asked: string[] = []
  const places = Object.keys(folders).sort((a, b) => b.length - a.length)
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    asked.push(pathname)
    const place = places.find(one => pathname.startsWith(one))
    const name = place === undefined ? '' : decodeURIComponent(pathname.slice(place.length))
    const file = path.join(folders[place ?? ''] ?? '', name === '' ? 'index.html' : name)
    if (place === undefined || !existsSync(file) || !statSync(file).isFile()) response.writeHead(404).end()
    else
      response
        .writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' })
        .end(readFileSync(file))
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the test server has no port')
  return {
    address: `http://127.0.0.1:${bound.port}`,
    asked,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
