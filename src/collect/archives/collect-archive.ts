import { resolve } from 'node:path'
import type { Plan, ReadArchiveOptions } from './read-archive.js'
import { readArchive } from './read-archive.js'
import { Sift, type Sifted } from './sift.js'
import { requireUnused, stageFolder } from './staged-folder.js'
import { teachableNames } from './teachable-machine.js'

export interface CollectedArchive extends Sifted {
  /** Absolute. */
  readonly folder: string
}

/**
 * Unpacks the photos and tables of an archive into a folder that is not there yet (or empty), under the names that they
 * have in it; a Teachable Machine project becomes a folder for each class. The folder appears when all is unpacked and
 * right; otherwise nothing is left. Nothing is ever written outside of it.
 *
 * @param place - file, or http(s) address: see `readArchive`
 * @throws `data` for an archive that is damaged, dangerous, none, or without photos; `usage` when the folder is in use;
 * `io`; `interrupted`
 */
export async function collectArchive(
  place: string,
  folder: string,
  options: ReadArchiveOptions = {},
): Promise<CollectedArchive> {
  await requireUnused(folder)
  return stageFolder(folder, async path => {
    let sift = new Sift(path, place)
    const plan: Plan = async (archive, listing) => {
      const names = listing && (await teachableNames(archive, listing))
      sift = new Sift(path, archive)
      return file => sift.take(file, names?.get(file.name))
    }
    try {
      await readArchive(place, plan, options)
    } finally {
      sift.close()
    }
    return { ...sift.result(), folder: resolve(folder) }
  })
}
