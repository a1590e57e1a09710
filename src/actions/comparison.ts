import type { Comparison, Interval } from '../evaluate/index.js'
import type { Refused } from '../predict/index.js'
import type { NotCompared } from './compare-photos.js'

/** How one of the two did on the photos that they are compared on. */
export interface ComparedModel {
  /** As it was given. */
  readonly given: string
  /** Absolute path of the file. */
  readonly model: string
  readonly right: number
  readonly accuracy: number
  /** 95 %, Wilson. */
  readonly interval: Interval
}

export interface CompareResult extends Comparison {
  readonly first: ComparedModel
  readonly second: ComparedModel
  /** Photos compared on. */
  readonly count: number
  readonly leftOut: NotCompared
  readonly unreadable: readonly Refused[]
  /** The second's accuracy minus the first's, with a 95 % interval: a paired bootstrap. */
  readonly difference: number
  readonly interval: Interval
  /** The better one, where the difference is more than chance explains (p below 0.05). */
  readonly better: 'first' | 'second' | 'neither'
  /** What it comes to, in words. */
  readonly verdict: string
  /** What else must be known: photos left out, models whose photos are not known. A sentence each. */
  readonly notes: readonly string[]
  /** The photos that they judge differently. */
  readonly differing: readonly {
    readonly path: string
    readonly truth: string
    readonly first: string
    readonly second: string
  }[]
  readonly seconds: number
}
