import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import path from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
}

/** A server of this machine that listens. */
export interface Listening {
  /** `http://127.0.0.1:PORT`. */
  readonly address: string
  close(): void
}

/** A host of static files, as any web host is one. */
export interface StaticSite extends Listening {
  /** Paths asked for so far. */
  readonly asked: string[]
}

/** What is at a path; undefined where nothing is. */
export type ContentAt = (pathname: string) => Uint8Array | string | undefined

export interface SiteOptions {
  /** Sent with every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** Told what pages send. */
  readonly posted?: (pathname: string, body: Buffer) => void
}

/** Makes a server listen on a free port of this machine. */
export async function listening(server: Server): Promise<Listening> {
  await new Promise<void>(bound => server.listen(0, '127.0.0.1', bound))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port')
  return {
    address: `http://127.0.0.1:${bound.port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Serves whatever is said to be at a path, of the type that the path's ending tells. */
export async function serveSite(contentAt: ContentAt, options: SiteOptions = {}): Promise<StaticSite> {
  const { headers = {}, posted } = options
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    asked.push(pathname)
    if (request.method === 'POST') {
      posted?.(decodeURIComponent(pathname), await bodyOf(request))
      response.end()
      return
    }
    const content = contentAt(decodeURIComponent(pathname))
    if (content === undefined) response.writeHead(404).end()
    else response.writeHead(200, { ...headers, 'content-type': typeOf(pathname) }).end(content)
  })
  return { ...(await listening(server)), asked }
}

/**
 * Serves folders of this machine.
 *
 * @param folders - by path on the host, such as `/` and `/lib/`; the longest one that fits is taken
 */
export function serveFolders(folders: Readonly<Record<string, string>>): Promise<StaticSite> {
  return serveSite(inFolders(folders))
}

/** What folders of this machine hold, as `serveFolders` takes them. */
export function inFolders(folders: Readonly<Record<string, string>>): ContentAt {
  const places = Object.keys(folders).sort((a, b) => b.length - a.length)
  return pathname => {
    const place = places.find(one => pathname.startsWith(one))
    return place === undefined
      ? undefined
      : fileContent(path.join(folders[place], pathname.slice(place.length) || 'index.html'))
  }
}

/** What a file holds; undefined where there is none. */
export function fileContent(file: string): Buffer | undefined {
  return existsSync(file) && statSync(file).isFile() ? readFileSync(file) : undefined
}

function typeOf(pathname: string): string {
  const ending = pathname.endsWith('/') ? '.html' : path.extname(pathname)
  return types[ending] ?? 'application/octet-stream'
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts)
}
