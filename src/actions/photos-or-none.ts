import { realpath } from 'node:fs/promises'
import { ChiquitoError } from '../core/index.js'
import { type ListedPhotos, listPhotos } from '../dataset/index.js'
import { hasJournal } from '../files/index.js'
import { journalledFolder } from './undo.js'

/**
 * The photos of a folder; none where all of them are set aside, so that they can still be restored.
 *
 * @param list - gives what is in the folder; reads it anew by default
 * @throws `data` where there never was a photo; `io`
 */
export async function photosOrNone(data: string, list = listPhotos): Promise<ListedPhotos> {
  try {
    return await list(data)
  } catch (error) {
    if (!(error instanceof ChiquitoError) || error.code !== 'data') throw error
    const folder = await journalledFolder(data).catch(() => undefined)
    if (folder === undefined || !(await hasJournal(folder))) throw error
    return { root: await realpath(folder), labels: [], homes: [], files: [], notices: [error.message] }
  }
}
