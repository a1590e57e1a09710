import { basename, dirname, join } from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import { isOutputFolder, whereabouts } from '../../files/index.js'
import type { Candidate } from './history.js'
import { namesIn } from './places.js'

/**
 * Notes which photos are no longer where they were put: `doctor` gave them another name, which they then have here, too; or a person
 * took them away, or `doctor` set them aside.
 *
 * @throws `io`
 */
export async function noteGone(root: string, kept: readonly Candidate[]): Promise<void> {
  const present = new Presence()
  const absent: Candidate[] = []
  for (const candidate of kept) {
    candidate.isGone = !(await present.has(join(root, candidate.file ?? '')))
    if (candidate.isGone) absent.push(candidate)
  }
  if (absent.length === 0) return
  // `doctor` may have been given the class folder, or the folder around it.
  for (const [folder, inner] of [
    [root, ''],
    [dirname(root), `${basename(root)}/`],
  ]) {
    const names = await whereaboutsIn(folder)
    for (const candidate of absent) {
      const now = names.get(`${inner}${candidate.file}`)
      if (now === undefined || !now.startsWith(inner) || (await isAside(folder, now))) continue
      if (!(await present.has(join(folder, now)))) continue
      candidate.file = now.slice(inner.length)
      candidate.isGone = false
    }
  }
}

/** Where a journal cannot be read, it is as if there were none: it is not this command's business. */
async function whereaboutsIn(folder: string): Promise<ReadonlyMap<string, string>> {
  return whereabouts(folder).catch(error => {
    if (error instanceof ChiquitoError && error.code === 'data') return new Map<string, string>()
    throw error
  })
}

async function isAside(folder: string, path: string): Promise<boolean> {
  const [first, ...rest] = path.split('/')
  return rest.length > 0 && (await isOutputFolder(join(folder, first)))
}

/** Which files there are; each folder is read once. */
class Presence {
  private readonly folders = new Map<string, Set<string>>()

  async has(path: string): Promise<boolean> {
    const folder = dirname(path)
    const names = this.folders.get(folder) ?? new Set(await namesIn(folder))
    this.folders.set(folder, names)
    return names.has(basename(path))
  }
}
