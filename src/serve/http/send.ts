import type { IncomingMessage, ServerResponse } from 'node:http'
import { DRAIN_MS, DRAINED_BYTES } from './limits.js'
import type { ProblemError } from './problem.js'

/** On every answer: nothing of it is to be kept, guessed at or framed. */
export const safeHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

export const PROBLEM_TYPE = 'application/problem+json'

/** Answers without a `Response` between: the one answer that is asked for hundreds of times a second. */
export function sendJson(response: ServerResponse, value: object): void {
  if (response.headersSent || response.destroyed) return
  const text = Buffer.from(JSON.stringify(value))
  const type = { 'content-type': 'application/json', 'content-length': text.length }
  response.writeHead(200, { ...safeHeaders, ...type }).end(text)
}

/**
 * Tells a problem. Where the body has not been read, the connection ends with the answer; what comes of the body is dropped for a
 * moment before, as a sender that is cut off at once would not get to read it.
 */
export function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  problem: ProblemError,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return
  const text = Buffer.from(JSON.stringify(problem.document))
  const isWhole = request.complete || !announcesBody(request)
  response.writeHead(problem.status, {
    ...safeHeaders,
    'content-type': PROBLEM_TYPE,
    'content-length': text.length,
    ...(isWhole ? {} : { connection: 'close' }),
    ...headers,
    ...problem.more.headers,
  })
  if (request.method !== 'HEAD') response.write(text)
  if (isWhole) response.end()
  else drainAndEnd(request, response)
}

function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function drainAndEnd(request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0
  const end = () => {
    clearTimeout(timer)
    request.off('data', count)
    response.end()
  }
  const count = (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > DRAINED_BYTES) end()
  }
  const timer = setTimeout(end, DRAIN_MS)
  request.on('data', count).once('end', end).once('close', end)
  request.resume()
}
