import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { ioError } from './io-error.js'

/** SHA-256 of a file's bytes, hexadecimal, without holding them in memory. @throws `io` */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
    return hash.digest('hex')
  } catch (error) {
    throw ioError(error, 'read', path)
  }
}
