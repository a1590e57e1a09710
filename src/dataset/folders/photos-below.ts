import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import { child, FolderReader } from './folder-reader.js'
import { type Oddity, OddityCounter } from './oddities.js'
import { withoutFolder } from './walk-photos.js'

/** What may be photos in a folder and below it. */
export interface PhotosBelow {
  /** Paths of files, beginning with the folder as it was given; sorted folder by folder. */
  readonly files: readonly string[]
  /** Folders that may not be read, and why. */
  readonly refused: readonly { readonly path: string; readonly reason: string }[]
  /** What was left out. */
  readonly oddities: readonly Oddity[]
  /** The same as sentences, where a person should hear of it. */
  readonly notices: readonly string[]
}

/**
 * Every file in a folder, at any depth, that is not plainly something else, as a data set takes them: without
 * hidden files, without what this program wrote, and without links that lead out (unless they are to be followed). A
 * folder that may not be read does not keep the others from being read.
 *
 * @throws `io`, `data` when the folder itself is not there, cannot be read, or holds a run
 */
export async function photosBelow(
  folder: string,
  {
    followLinks = false,
    signal,
  }: { followLinks?: boolean | undefined; signal?: AbortSignal | undefined } = {},
): Promise<PhotosBelow> {
  const oddities = new OddityCounter()
  const reader = await FolderReader.open(folder, oddities, followLinks)
  const files: string[] = []
  const refused: { path: string; reason: string }[] = []
  const seen = new Set<string>()
  const visit = async (inner: string): Promise<void> => {
    signal?.throwIfAborted()
    const real = await realpath(join(reader.root, inner)).catch(() => undefined)
    if (real !== undefined && seen.has(real)) return oddities.add('link-loop', inner)
    if (real !== undefined) seen.add(real)
    const path = inner === '' ? folder : join(folder, inner)
    try {
      const listing = await reader.list(inner)
      files.push(...listing.files.map(name => join(path, name)))
      for (const name of listing.folders) await visit(child(inner, name))
    } catch (error) {
      if (!(error instanceof ChiquitoError) || error.code !== 'io') throw error
      refused.push({ path, reason: withoutFolder(error.message) })
    }
  }
  await visit('')
  return { files, refused, oddities: oddities.list(), notices: oddities.notices() }
}
