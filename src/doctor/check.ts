import type { WorkOptions } from '../core/index.js'
import type { Photo, Split } from '../dataset/index.js'
import type { LostFile, PhotoFacts } from './facts/index.js'
import type { Finding } from './finding.js'

/** A photo as checks see it. */
export interface CheckedPhoto extends Omit<Photo, 'split'> {
  /** Undefined where no folder or table divides the photos. */
  readonly split: Split | undefined
  readonly facts: PhotoFacts
  /** What `metadata.jsonl` says of it, where there is such a file: page, creator, licence. */
  readonly row: Readonly<Record<string, unknown>> | undefined
}

/** Features of the backbone, the same that training uses: one row a photo, in the order of the photos. */
export interface CheckedFeatures {
  /** Row-major, [photos, width]; rows of photos that cannot be decoded are zero. */
  readonly data: Float32Array
  readonly width: number
  /** The first so many columns are the means of the network's last layer: the usual ones for distances. */
  readonly lastLayer: number
}

/** The data set under examination. */
export interface CheckedData {
  /** Absolute. */
  readonly root: string
  /** One for a class folder. */
  readonly labels: readonly string[]
  /** Sorted by path. */
  readonly photos: readonly CheckedPhoto[]
  /** Files that could not be read at all, with the reason; they are not among the photos. */
  readonly lost?: readonly LostFile[] | undefined
  /** What is found of all photos together may be taken from the cache, and kept there. */
  readonly isKept?: boolean | undefined
}

/** What a deep check works on, too. */
export interface DeepData extends CheckedData {
  readonly features: CheckedFeatures
}

interface CheckText {
  /** As in `--json` and in the documentation: `near-copies`. */
  readonly name: string
  /** What is found, as a heading: "Near copies". */
  readonly title: string
  /** What it finds, in a sentence or two. */
  readonly finds: string
  /** Why that matters. */
  readonly why: string
  /** What to do about it. */
  readonly advice: string
  /** Where the line is drawn, and why there; none where nothing is measured. */
  readonly threshold?: string | undefined
}

/** A check of headers and small decodes: takes seconds. */
export interface QuickCheck extends CheckText {
  readonly depth: 'quick'
  run(data: CheckedData, work: WorkOptions): Finding[] | Promise<Finding[]>
}

/** A check of the backbone's features: takes as long as training without fine-tuning. */
export interface DeepCheck extends CheckText {
  readonly depth: 'deep'
  run(data: DeepData, work: WorkOptions): Finding[] | Promise<Finding[]>
}

/**
 * One thing that can be wrong with data. A check is a file in `checks/`: it says what it finds, why that matters and where it draws
 * the line; the documentation is made from that.
 */
export type Check = QuickCheck | DeepCheck
