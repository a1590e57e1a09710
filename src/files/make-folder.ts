import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { errorCode, ioError } from './io-error.js'

/** Makes a folder and its parents. @throws `io` */
export async function makeFolder(path: string): Promise<void> {
  try {
    makeFolderSync(path)
  } catch (error) {
    throw ioError(error, 'make the folder', path)
  }
}

/**
 * Makes a folder and its parents, one at a time: Node 20's own way (`recursive`) never ends where a system calls a folder
 * absent although the one above it is there, as file systems made by programs do.
 *
 * @throws what the system says of the folder that it refuses
 */
export function makeFolderSync(path: string): void {
  const folder = resolve(path)
  if (isFolder(folder)) return
  const above = dirname(folder)
  if (above !== folder) makeFolderSync(above)
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have been faster.
    if (errorCode(error) !== 'EEXIST' || !isFolder(folder)) throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
