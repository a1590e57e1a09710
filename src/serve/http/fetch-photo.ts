import { ChiquitoError, messageOf } from '../../core/index.js'
import { Client, PrivateAddressError, parseAddress, readBytes } from '../../net/index.js'
import { FETCH_IDLE_MS } from './limits.js'
import { ProblemError } from './problem.js'

/**
 * Fetches a photo from a public address. Whoever asks a server could otherwise look through it into the network that it is in.
 *
 * @throws ProblemError `invalid-request`, `private-address`, `unfetched-photo`
 */
export async function fetchPhoto(
  address: string,
  { most, signal }: { readonly most: number; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const client = await Client.open({ idleMs: FETCH_IDLE_MS, signal })
  try {
    const { bytes } = await readBytes(client, parseAddress(address), { maxBytes: most })
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
