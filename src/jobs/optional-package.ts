import { ChiquitoError } from '../core/index.js'

/**
 * A package that only some install.
 *
 * @param advice - said where it is missing: what it is needed for, and how to have it
 * @throws `usage` where it is missing
 */
export async function optionalPackage<T>(load: () => Promise<T>, advice: string): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    if (!isMissing(cause)) throw cause
    throw new ChiquitoError('usage', advice, { cause })
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND')
  )
}
