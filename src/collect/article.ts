import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, removeLeftovers, takeLockSoon } from '../files/index.js'
import { type DownloadOptions, download, zipFile } from '../net/index.js'
import { unzip } from './archives/index.js'

/** Where the article of 2018 keeps its 540 photos; named there, and only there. */
export const articleAddress =
  'https://github.com/unmonoqueteclea/DeepLearning-Notebooks/blob/master/ChiqutoOrNot/dataset.zip?raw=true'

/** The article's archive has some thirty megabytes; ten times that is something else. */
const MAX_BYTES = 300 * 1024 * 1024

/**
 * The article's data set in a folder of the cache: fetched and unpacked the first time, found there afterwards.
 *
 * @param folder - of its own, for the archive and the photos; made when absent
 * @returns the folder of the photos
 * @throws what `download` and `unzip` throw
 */
export async function fetchArticleDataset(
  folder: string,
  { address = articleAddress, ...options }: DownloadOptions & { readonly address?: string | undefined } = {},
): Promise<string> {
  const photos = join(folder, 'dataset')
  await makeFolder(folder)
  const release = await takeLockSoon(join(folder, '.lock'), `"${folder}"`, options)
  try {
    if (await stat(photos).catch(() => undefined)) return photos
    await removeLeftovers(folder)
    const archive = join(folder, 'dataset.zip')
    await download(address, archive, { maxBytes: MAX_BYTES, kind: zipFile, ...options })
    try {
      await unzip(archive, photos, options)
    } finally {
      await rm(archive, { force: true })
    }
    return photos
  } finally {
    release()
  }
}
