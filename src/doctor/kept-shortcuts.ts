import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder, writeFileAtomic } from '../files/index.js'
import type { CheckedData } from './check.js'
import { factsFolder, forgetOldest } from './facts/index.js'
import type { Shortcut } from './shortcuts/index.js'

/** Data sets whose shortcuts are remembered; those looked at first are forgotten. */
const MAX_SETS = 200

const share = z.number().min(0).max(1)
const schema: z.ZodType<Shortcut[]> = z.array(
  z.object({
    property: z.string(),
    class: z.string(),
    auc: share,
    interval: z.tuple([share, share]),
    stands: z.boolean(),
  }),
)

/**
 * Shortcuts that were found among exactly these photos, or are found now and kept. They lie beside the facts, which decide
 * them together with the labels. Only a cache: what is damaged or cannot be written is found again.
 */
export async function keptShortcuts(data: CheckedData, find: () => Promise<Shortcut[]>): Promise<Shortcut[]> {
  const folder = join(factsFolder(), 'shortcuts')
  const path = join(folder, `${keyOf(data)}.json`)
  const kept = await readFile(path, 'utf8')
    .then(text => schema.safeParse(JSON.parse(text)).data)
    .catch(() => undefined)
  if (kept !== undefined) return kept
  const found = await find()
  try {
    await makeFolder(folder)
    forgetOldest(folder, MAX_SETS - 1)
    await writeFileAtomic(path, JSON.stringify(found))
  } catch {
    // The facts' own store says so where nothing can be kept.
  }
  return found
}

/** The order counts: draws of a sample go by it. */
function keyOf({ labels, photos }: CheckedData): string {
  const hash = createHash('sha256').update(JSON.stringify(labels))
  for (const { label, sha256 } of photos) hash.update(`\n${label} ${sha256}`)
  return hash.digest('hex')
}
