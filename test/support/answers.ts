import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { expect } from 'vitest'
import { download } from '../../src/net/index.js'
import { temporaryFolder } from './files.js'
import { serve } from './server.js'

/** What servers send. */
export const content = Buffer.from(Array.from({ length: 500_000 }, (_, i) => (i * 2654435761) >>> 24))
export const sha256 = createHash('sha256').update(content).digest('hex')
/** Options with which a server of a test may be asked. */
export const local = { allowPrivate: true, pauseMs: 1 }

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A correct server, which cuts the line after so many bytes of each of its first answers. */
export function cutting(cuts: number[], headers: Record<string, string> = { etag: '"v1"' }): Answer {
  return (request, response) => {
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const ranged =
      request.headers.range !== undefined && Object.values(headers).includes(`${request.headers['if-range']}`)
    const body = ranged ? content.subarray(start) : content
    const range = { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }
    response.writeHead(ranged ? 206 : 200, {
      ...headers,
      ...(ranged ? range : {}),
      'content-length': body.length,
    })
    const cut = cuts.shift()
    if (cut === undefined) response.end(body)
    else response.write(body.subarray(0, cut), () => response.socket?.end())
  }
}

/** A server that always says the same. */
export function send(status: number, headers: Record<string, string>, body: string | Buffer = ''): Answer {
  return (_, response) => response.writeHead(status, headers).end(body)
}

/** Downloads from a server that answers so, and gives the error. The folder must be as it was. */
export async function fail(answer: Answer, options = {}): Promise<unknown> {
  const { address } = await serve(answer)
  const folder = temporaryFolder()
  const error = await download(`${address}/file.zip?key=secret`, join(folder, 'file'), {
    ...local,
    ...options,
  }).then(
    () => 'no error',
    (thrown: unknown) => thrown,
  )
  expect(readdirSync(folder)).toEqual([])
  expect(String(error)).not.toContain('secret')
  return error
}
