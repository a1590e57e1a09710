import type { Split } from '../../dataset/index.js'
import type { CheckedPhoto } from '../check.js'

/**
 * What is measured on stays, so that figures before and after can be compared: a copy goes from what is learnt from, which also
 * makes the one measured on a photo that was never seen.
 */
const splitRank: Readonly<Record<Split, number>> = { test: 0, valid: 1, train: 2 }

/** How programs call a second copy: `1 (2).jpg`, `1 copy.jpg`, `1 - Copy.jpg`, `1_copy2.jpg`. */
const copyName = /(\(\d+\)|[ _-](copy|copia|kopie|copie|cópia)[ _-]?\d*)\.[^./]*$/i

/** Sorts copies of one photo so that the one that stays is first. */
export function byWorth(a: CheckedPhoto, b: CheckedPhoto): number {
  for (const measure of measures) {
    const difference = measure(a) - measure(b)
    if (difference !== 0) return difference
  }
  return a.path < b.path ? -1 : 1
}

const measures: readonly ((photo: CheckedPhoto) => number)[] = [
  ({ split }) => (split === undefined ? 0 : splitRank[split]),
  ({ facts: { header } }) => (header === null ? 0 : -header.width * header.height),
  ({ bytes }) => -bytes,
  ({ row }) => (row === undefined ? 1 : 0),
  ({ path }) => (copyName.test(path) ? 1 : 0),
  ({ path }) => path.split('/').length,
]
