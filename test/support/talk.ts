// HTTP spoken by hand, as no library would.
import { connect, type Socket } from 'node:net'

/** What came back. */
export interface Told {
  readonly status: number
  readonly text: string
}

/** Writes bytes on a connection of its own, waits for what comes, and leaves. */
export function talk(
  parts: readonly (string | Uint8Array)[],
  { port, half = false, answers = 1 }: { port: number; half?: boolean; answers?: number },
): Promise<Told> {
  return new Promise(resolve => {
    const socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let text = ''
    socket.setEncoding('utf8').on('data', part => {
      text += part
      // Whole answers; who keeps the connection would wait for another request.
      if (wholeAnswers(text) >= answers) socket.destroy()
    })
    socket.on('error', () => undefined)
    socket.on('end', () => socket.end())
    socket.on('close', () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text }))
    for (const part of parts) socket.write(part)
    if (half) socket.end()
  })
}

/** Answers that have come to their ends, one behind the other. */
function wholeAnswers(text: string): number {
  let rest = Buffer.from(text)
  for (let count = 0; ; count++) {
    const end = rest.indexOf('\r\n\r\n')
    const headers = rest.toString('utf8', 0, Math.max(0, end))
    // One of the kind "go on" has no body.
    const length = /^HTTP\/1\.1 1/.test(headers) ? 0 : Number(/^content-length: (\d+)/im.exec(headers)?.[1])
    if (end < 0 || !(rest.length >= end + 4 + length)) return count
    rest = rest.subarray(end + 4 + length)
  }
}

/** The beginning of a request that judges photos. */
export function head(length: number | string, type = 'image/jpeg', more = ''): string {
  return `POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n${more}\r\n`
}
