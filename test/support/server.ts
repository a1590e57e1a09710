import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { listening } from './static-site.js'

export interface TestServer {
  /** `http://127.0.0.1:PORT`. */
  readonly address: string
  /** Every request so far. */
  readonly requests: { path: string; headers: IncomingMessage['headers'] }[]
}

/**
 * A server on this machine that answers as the test says, until the test ends.
 *
 * @param atEnd - `afterAll` for one that a whole suite asks
 */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  atEnd: (close: () => void) => void = onTestFinished,
): Promise<TestServer> {
  const requests: TestServer['requests'] = []
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers })
    answer(request, response)
  })
  const { address, close } = await listening(server)
  atEnd(close)
  return { address, requests }
}
