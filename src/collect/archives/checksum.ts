import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { argumentError, ChiquitoError } from '../../core/index.js'
import { ioError } from '../../files/index.js'

/** A checksum as it was given, in lower case. @throws `usage` for what is none */
export function checksumOf(given: string | undefined): string | undefined {
  if (given === undefined || /^[0-9a-f]{64}$/i.test(given)) return given?.toLowerCase()
  throw argumentError('sha256', 'the 64 hexadecimal digits of a SHA-256', given)
}

/**
 * Holds a file to its checksum before anything is read of it. (As a stream it would be known only at the end, and not at
 * all where a decompressor stops before.)
 *
 * @param expected - SHA-256, lower case
 * @throws `data`, `io`, `interrupted`
 */
export async function requireChecksum(
  path: string,
  expected: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash, { signal })
  } catch (error) {
    if (signal?.aborted === true) throw new ChiquitoError('interrupted', 'Interrupted.')
    throw ioError(error, 'read', path)
  }
  const found = hash.digest('hex')
  if (found === expected) return
  throw new ChiquitoError(
    'data',
    `"${path}" is not the file it should be: its SHA-256 is ${found}, expected ${expected}. ` +
      'It was changed or damaged: get it again.',
  )
}
