import { ChiquitoError } from '../core/index.js'
import type { Photo, Split } from '../dataset/index.js'
import type { Unreadable } from './extractor.js'

/** What people call the parts of a data set. */
export const partNames: Readonly<Record<Split, string>> = {
  train: 'training',
  valid: 'validation',
  test: 'test',
}

/** How many unreadable photos a message names. */
const named = 3

/** Throws `data` when a class has no photo left that could be read: naming the class, and why its photos could not. */
export function requireEveryClass(
  labels: readonly string[],
  readable: readonly Photo[],
  unreadable: readonly Unreadable[],
  part: Split,
): void {
  const present = new Set(readable.map(photo => photo.label))
  const empty = labels.find((_, label) => !present.has(label))
  if (empty === undefined) return
  const reasons = unreadable.slice(0, named).map(({ path, reason }) => `  ${path}: ${reason}`)
  if (unreadable.length > named) reasons.push(`  and ${unreadable.length - named} more`)
  throw new ChiquitoError(
    'data',
    `Class "${empty}" has no readable photo in the ${partNames[part]} part. ${unreadable.length} photos could not be read:\n` +
      `${reasons.join('\n')}\nAdd photos of "${empty}", or take the class away.`,
  )
}
