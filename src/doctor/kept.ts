import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { version } from '../core/index.js'
import { makeFolder, writeFileAtomic } from '../files/index.js'
import type { CheckedData } from './check.js'
import { factsFolder, forgetOldest } from './facts/index.js'

/** Data sets that are remembered; those looked at first are forgotten. */
const MAX_SETS = 200

/** What is found of all photos together, and takes long to find. */
export interface KeptKind<T> {
  /** Of a folder in the cache. */
  readonly name: string
  readonly schema: z.ZodType<T>
}

/**
 * What was found among exactly these photos, or is found now and kept. It lies beside the facts, which decide it together with the
 * labels. Only a cache: what is damaged or cannot be written is found again.
 *
 * @param find - `isLasting` is false where it may be otherwise another time, as when a photo could not be read: that is not kept
 */
export async function kept<T>(
  data: CheckedData,
  { name, schema }: KeptKind<T>,
  find: () => Promise<{ readonly found: T; readonly isLasting: boolean }>,
): Promise<T> {
  if (data.isKept !== true) return (await find()).found
  const folder = join(factsFolder(), name)
  const path = join(folder, `${keyOf(data)}.json`)
  const before = await readFile(path, 'utf8')
    .then(text => schema.safeParse(JSON.parse(text)).data)
    .catch(() => undefined)
  if (before !== undefined) return before
  const { found, isLasting } = await find()
  if (!isLasting) return found
  try {
    await makeFolder(folder)
    forgetOldest(folder, MAX_SETS - 1)
    await writeFileAtomic(path, JSON.stringify(found))
  } catch {
    // The facts' own store says so where nothing can be kept.
  }
  return found
}

/** The order counts: draws of a sample go by it, and places in it name photos. */
function keyOf({ labels, photos }: CheckedData): string {
  const hash = createHash('sha256').update(JSON.stringify([version(), labels]))
  for (const { label, sha256 } of photos) hash.update(`\n${label} ${sha256}`)
  return hash.digest('hex')
}
