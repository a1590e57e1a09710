import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { serve, type TestServer } from './server.js'

export const hubCommit = '0123456789abcdef0123456789abcdef01234567'

export interface TestHub {
  /** The endpoint. */
  readonly address: string
  /** Requests to the Hub itself. */
  readonly requests: TestServer['requests']
  /** Requests to the host that it redirects to for the bytes. */
  readonly content: TestServer['requests']
  /** Positions in the body at which the next answers break off. */
  readonly cuts: number[]
  readonly sha256: string
  /** Answers in place of the Hub, and of the host of the bytes; each when it returns true. */
  hub: (request: IncomingMessage, response: ServerResponse) => boolean
  host: (request: IncomingMessage, response: ServerResponse) => boolean
}

/**
 * The Hugging Face Hub with one file, which has the same bytes in every repository: says commit, SHA-256 and size, and
 * redirects to another host for the bytes, which can be taken up at any position.
 *
 * @param name - of that host: tools that tell hosts by name alone need another one than the Hub's
 */
export async function serveHub(bytes: Uint8Array, name = '127.0.0.1'): Promise<TestHub> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const cuts: number[] = []
  const host = await serve((request, response) => {
    if (!hub.host(request, response)) sendBytes(bytes, request, response, cuts.shift())
  })
  const front = await serve((request, response) => {
    if (hub.hub(request, response)) return
    if (!request.url?.includes('/resolve/')) return void response.writeHead(404).end()
    response.writeHead(302, {
      ...hubHeaders(sha256, bytes.length),
      etag: '"of the redirect"',
      location: `${host.address.replace('127.0.0.1', name)}/bytes?signature=secret`,
    })
    response.end()
  })
  const hub: TestHub = {
    address: front.address,
    requests: front.requests,
    content: host.requests,
    cuts,
    sha256,
    hub: () => false,
    host: () => false,
  }
  return hub
}

/** What the Hub says of a file, beside the redirect. */
export function hubHeaders(sha256: string, size: number): Record<string, string> {
  return { 'x-repo-commit': hubCommit, 'x-linked-etag': `"${sha256}"`, 'x-linked-size': String(size) }
}

/** Sends bytes, or their rest where that is asked for, and breaks off at a position of the whole. */
export function sendBytes(
  bytes: Uint8Array,
  request: IncomingMessage,
  response: ServerResponse,
  cut = Number.POSITIVE_INFINITY,
  etag = '"v1"',
): void {
  const isPart = request.headers.range !== undefined && request.headers['if-range'] === etag
  const start = isPart ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1]) : 0
  response.writeHead(isPart ? 206 : 200, {
    etag,
    'content-length': bytes.length - start,
    ...(isPart ? { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {}),
  })
  if (cut >= bytes.length) response.end(bytes.subarray(start))
  else response.write(bytes.subarray(start, Math.max(start, cut)), () => response.socket?.end())
}
