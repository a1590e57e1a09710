import type { IncomingMessage, ServerResponse } from 'node:http'
import { GoneError, ProblemError } from './problem.js'
import type { Hold, Room } from './room.js'

/** A body in memory, for whose bytes there is room until it is left. */
export interface Body {
  readonly bytes: Buffer
  leave(): void
}

/**
 * Reads a request's body.
 *
 * @throws ProblemError `too-large`, `busy`, `unsupported-type`; `GoneError` where the sender goes before its end
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  { most, room }: { readonly most: number; readonly room: Room },
): Promise<Body> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity')
    throw new ProblemError(
      'unsupported-type',
      'The body is compressed as a whole (Content-Encoding). Send it as it is: photos are compressed already.',
    )
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > most) throw tooLarge(announced, most)
  // Who could not be taken whole need not begin.
  room.requireBytes(announced)
  const hold = room.hold()
  try {
    if (isAwaitingGo(request)) response.writeContinue()
    const bytes = await gather(request, most, hold)
    return { bytes, leave: () => hold.leave() }
  } catch (error) {
    hold.leave()
    throw error
  }
}

/** Before HTTP 1.1 nobody waits for that (RFC 9110, 10.1.1). */
function isAwaitingGo({ headers, httpVersion }: IncomingMessage): boolean {
  return httpVersion === '1.1' && headers.expect?.toLowerCase() === '100-continue'
}

function gather(request: IncomingMessage, most: number, hold: Hold): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      request.off('data', take).off('end', end).off('error', gone).off('close', gone)
      act()
    }
    const take = (chunk: Buffer) => {
      size += chunk.length
      try {
        if (size > most) throw tooLarge(size, most)
        hold.upTo(size)
        chunks.push(chunk)
      } catch (error) {
        settle(() => {
          request.pause()
          reject(error)
        })
      }
    }
    const end = () => settle(() => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))
    const gone = () => settle(() => reject(new GoneError('The sender went before the end of the request.')))
    request.on('data', take).once('end', end).once('error', gone).once('close', gone)
  })
}

function tooLarge(size: number, most: number): ProblemError {
  return new ProblemError(
    'too-large',
    `The body has ${size} bytes or more, and ${most} are taken at most. Send fewer photos at a time, or smaller ones: a side of 1,000 pixels shows all that the model looks at.`,
  )
}
