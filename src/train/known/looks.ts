import type { RandomStream } from '../../core/index.js'
import type { Photo } from '../../dataset/index.js'
import type { Unreadable } from '../features/index.js'

/** Photos as a network sees them. */
export interface Looks {
  readonly photos: readonly Photo[]
  /** Features of plain views, [photos, width]. */
  readonly rows: Float32Array
  readonly width: number
}

/** Photos of other things, as a classifier sees them: those to learn from, and those kept to measure on. */
export interface OtherThings {
  readonly learnt: Looks
  /** With what the classifier says of each, [photo][class]. */
  readonly held: Looks & { readonly probabilities: readonly (readonly number[])[] }
  readonly unreadable: readonly Unreadable[]
}

/** Some of the photos. */
export function partOf({ photos, rows, width }: Looks, which: readonly number[]): Looks {
  const out = new Float32Array(which.length * width)
  for (const [to, i] of which.entries()) out.set(rows.subarray(i * width, (i + 1) * width), to * width)
  return { photos: which.map(i => photos[i]), rows: out, width }
}

/** Numbers below `count`, all or a drawn part, ascending. */
export function some(count: number, most: number, random: RandomStream): number[] {
  const all = Array.from({ length: count }, (_, i) => i)
  return count <= most
    ? all
    : random
        .shuffle(all)
        .slice(0, most)
        .sort((a, b) => a - b)
}
