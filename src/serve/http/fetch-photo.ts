import { ChiquitoError, messageOf } from '../../core/index.js'
import { Client, PrivateAddressError, parseAddress, readBytes } from '../../net/index.js'
import { FETCH_IDLE_MS } from './limits.js'
import { ProblemError } from './problem.js'
import type { Hold } from './room.js'

/**
 * Fetches a photo from a public address. Whoever asks a server could otherwise look through it into the network that it is in.
 *
 * @param hold - holds its bytes as they come; whoever asked gives them up
 * @throws ProblemError `invalid-request`, `private-address`, `unfetched-photo`, `busy`
 */
export async function fetchPhoto(
  address: string,
  { most, hold, signal }: { readonly most: number; readonly hold: Hold; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const client = await Client.open({ idleMs: FETCH_IDLE_MS, signal })
  try {
    const admit = (size: number) => hold.upTo(size)
    const { bytes } = await readBytes(client, parseAddress(address), { maxBytes: most, admit })
    return bytes
  } catch (error) {
    if (error instanceof PrivateAddressError) throw new ProblemError('private-address', messageOf(error))
    if (error instanceof ChiquitoError && error.code === 'usage')
      throw new ProblemError('invalid-request', messageOf(error))
    if (error instanceof ChiquitoError && error.code === 'io')
      throw new ProblemError('unfetched-photo', messageOf(error))
    throw error
  } finally {
    await client.close()
  }
}
