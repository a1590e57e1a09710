import { parseAddress } from './address.js'
import { type RetryOptions, withRetries } from './retry.js'
import { type Answer, Client, type ClientOptions } from './transfer.js'

/** What a server says of a file without sending it. */
export type FileHeaders = Pick<Answer, 'url' | 'status' | 'header'>

/**
 * Asks for a file's headers: those of the first answer on the way that `isEnough`, be it a redirect, else of the last.
 *
 * @throws what `download` throws, but `data`; `RefusedError` for a status that says no
 */
export async function inspect(
  address: string,
  isEnough: (headers: FileHeaders) => boolean,
  options: ClientOptions & RetryOptions = {},
): Promise<FileHeaders> {
  const url = parseAddress(address)
  const client = await Client.open(options)
  try {
    return await withRetries(() => client.head(url, isEnough), options)
  } finally {
    await client.close()
  }
}
