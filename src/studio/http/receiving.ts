import { said } from '../../core/index.js'
import { GoneError, ProblemError } from '../../serve/index.js'
import type { Ask } from './answers.js'

/**
 * The body of a request, in pieces as they come.
 *
 * @throws ProblemError `too-large`, `unsupported-type`; `GoneError` where the sender goes before its end
 */
export async function* receiving(c: Ask, most: number): AsyncGenerator<Buffer> {
  const { incoming, outgoing } = c.env
  if ((incoming.headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    throw new ProblemError(
      'unsupported-type',
      'The body is compressed as a whole (Content-Encoding). Send it as it is.',
    )
  if (Number(incoming.headers['content-length'] ?? 0) > most) throw tooLarge(most)
  if (incoming.headers.expect !== undefined) outgoing.writeContinue()
  let size = 0
  try {
    // Whoever is refused half way is to read why, so the connection is not torn down here.
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      size += chunk.length
      if (size > most) throw tooLarge(most)
      yield chunk
    }
  } catch (error) {
    if (error instanceof ProblemError) throw error
    throw new GoneError('The sender went before the end of the request.')
  }
  if (!incoming.complete) throw new GoneError('The sender went before the end of the request.')
}

function tooLarge(most: number): ProblemError {
  return new ProblemError('too-large', `The file has more than ${most} bytes, the most that is taken.`, {
    said: said('too-large', most),
  })
}
