import { readFile } from 'node:fs/promises'
import { errorCode, ioError } from './io-error.js'

/** A text file; empty where there is none. @throws `io` */
export async function textIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ''
    throw ioError(error, 'read', path)
  }
}
