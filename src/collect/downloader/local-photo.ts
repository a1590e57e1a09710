import { fileURLToPath } from 'node:url'
import { ChiquitoError } from '../../core/index.js'
import { readPhotoFile } from '../../images/index.js'

/**
 * A photo that lies on this machine.
 *
 * @param address - `file:` and the path
 * @throws `usage` for another address; `image` for what cannot be read
 */
export async function localPhoto(address: string): Promise<Uint8Array> {
  if (!URL.canParse(address) || new URL(address).protocol !== 'file:')
    throw new ChiquitoError('usage', `${JSON.stringify(address.slice(0, 200))} is no address of a file.`)
  const path = fileURLToPath(address)
  return readPhotoFile(path, path)
}
