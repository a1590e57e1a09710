import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { MAX_HEADER_BYTES } from './limits.js'
import { ProblemError } from './problem.js'
import { PROBLEM_TYPE, safeHeaders } from './send.js'

/** Tells a problem on a connection that has no request to answer, and ends it. */
export function refuseConnection(socket: Duplex, problem: ProblemError): void {
  const text = JSON.stringify(problem.document)
  const headers = {
    ...safeHeaders,
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
    ...problem.more.headers,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end(
    [`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines, '', text].join('\r\n'),
    () => socket.destroy(),
  )
}

/** What the parser of HTTP does not take. */
export function problemOfParser({ code }: NodeJS.ErrnoException, uploadSeconds: number): ProblemError {
  if (code === 'HPE_HEADER_OVERFLOW' || code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    return new ProblemError('headers-too-large', `The headers have more than ${MAX_HEADER_BYTES} bytes.`)
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new ProblemError(
      'too-slow',
      `The request did not arrive within ${uploadSeconds} s. Send fewer photos at a time, or smaller ones.`,
    )
  return new ProblemError('bad-request', 'This is no request that HTTP knows.')
}
