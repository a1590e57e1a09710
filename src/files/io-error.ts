import { ChiquitoError, said } from '../core/index.js'

/** What each refusal of the operating system means to a person, and what to do about it. */
export const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space, or choose a folder on another disk',
  EDQUOT: 'your disk quota is used up: free some space, or choose a folder on another disk',
  EROFS: 'the file system is read-only: choose a folder that can be written',
  EACCES: 'permission denied: change the permissions, or choose a folder of your own',
  EPERM: 'the operation is not permitted: change the permissions, or choose a folder of your own',
  ENOENT: 'there is no such file or folder: check the spelling',
  ENOTDIR: 'part of the path is a file, not a folder: check the spelling',
  EISDIR: 'it is a folder, not a file: check the spelling',
  EEXIST: 'it exists already: choose another name, or move it away',
  ELOOP: 'its links lead in a circle: remove the link',
  ENAMETOOLONG: 'the name is too long: choose a shorter one',
  EMFILE: 'too many files are open: close other programs, or raise the limit (ulimit -n)',
  ENFILE: 'too many files are open on this machine: close other programs',
  EFBIG: 'the file would be larger than the file system allows: choose another disk',
  EIO: 'the disk reported an error: check the disk, or choose another one',
  EBUSY: 'another program is using it: close that program and try again',
}

/** The system's error code (`ENOENT`, `EACCES`, …) of anything thrown; undefined when it has none. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/**
 * The error `io` for a refused file operation: names what was tried (`write`, `open the folder`), the path, the
 * reason and the remedy. An error that is ours already (an interrupt, say) passes through unchanged.
 */
export function ioError(error: unknown, action: string, path: string): ChiquitoError {
  if (error instanceof ChiquitoError) return error
  const code = errorCode(error)
  const known = code === undefined ? undefined : remedies[code]
  const reason = known === undefined ? (error instanceof Error ? error.message : String(error)) : known
  const suffix = known === undefined ? '' : ` (${code})`
  const told = known === undefined || code === undefined ? undefined : said(`io-${code}`, path)
  return new ChiquitoError('io', `Cannot ${action} "${path}": ${reason}${suffix}.`, {
    cause: error,
    said: told,
  })
}
