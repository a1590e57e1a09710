import { argumentError, type Tensor } from '../../core/index.js'
import type { Unreadable } from '../features/index.js'
import type { LayersBefore } from './before.js'

/** Nearest learnt photos whose nearness counts: one alone may be a copy, many reach into other kinds of photos. */
export const NEIGHBOURS = 3

/** Of true photos, the share that is to be answered where nobody says otherwise. */
export const DEFAULT_COVERAGE = 0.95

/** Less would turn away most photos; more could be held only with a thousand photos of each class. */
const coverages = [0.5, 0.999] as const

/** @throws `usage` */
export function checkCoverage(coverage: number): void {
  const [least, most] = coverages
  if (!(coverage >= least && coverage <= most))
    throw argumentError('coverage', `a share from ${least} to ${most}`, coverage)
}

/** Columns of the features that belong together: what is pooled of a layer. */
export interface ComparedColumns {
  readonly from: number
  /** The first that does not. */
  readonly to: number
}

/**
 * What a classifier knows its photos by: the photos learnt from, as features, and how familiar photos were that did not
 * take part (docs/decisions/0067-neither.md). Part of the model's graph (`appendKnown`).
 */
export interface KnownPhotos {
  /** Photos of other things that could not be read. */
  readonly unreadableOthers?: readonly Unreadable[] | undefined
  /** The share of true photos that is to be answered. */
  readonly coverage: number
  /** What photos are compared through, where the classifier's own last layers are fine-tuned. */
  readonly before?: LayersBefore | undefined
  /** Columns of the features that photos are compared by; others are not looked at. Each block is given length 1. */
  readonly blocks: readonly ComparedColumns[]
  /** The photos learnt from as such rows, `[photos, compared columns]`, in 8 bits, and what each row is multiplied by. */
  readonly rows: Tensor<'int8'>
  readonly scales: Float32Array
  readonly calibration: KnownRanks
  /** What else it knows photos of other things by, where some were given to learn from. */
  readonly background?: KnownBackground | undefined
}

/** What tells photos of the classes from photos of other things, and how it does (docs/decisions/0081-background.md). */
export interface KnownBackground {
  /** Log-odds of being a photo of the classes are `weight . features + bias`: `[features]`. */
  readonly weight: Float32Array
  readonly bias: number
  /** Below the first of these a photo is the less familiar, the farther; the second is the unit of that. */
  readonly tail: readonly [from: number, way: number]
  /** Photos of other things learnt from. */
  readonly learnt: number
  /** Others that were kept to measure on, and how many of them are "neither". */
  readonly measured: number
  readonly caught: number
}

/** Photos that a new one is ranked among. */
export interface KnownRanks {
  /** Where they come from: photos learnt from, each judged without itself, or the validation photos. */
  readonly by: 'train' | 'valid'
  /** Their mean cosines to the nearest learnt photos, ascending. */
  readonly near: Float32Array
  /** Below the first of these, its 5 % quantile, nearness counts by how far; the second is the way from there to the median. */
  readonly tail: readonly [from: number, way: number]
  /** The same without most of what all photos have in common. */
  readonly centred: Float32Array
  readonly centredTail: readonly [from: number, way: number]
  /** Their highest probabilities, ascending. */
  readonly sure: Float32Array
  /** Familiarity of each, from all ranks. */
  readonly scores: Float32Array
  /** The group of each, and the group of each class. Photos are ranked within the group of the class they are taken for. */
  readonly groups: Float32Array
  readonly groupOf: Float32Array
}

/** Why a model cannot say that it does not know a photo: a sentence. */
export interface Unknowing {
  /** Photos of other things that could not be read. */
  readonly unreadableOthers?: readonly Unreadable[] | undefined
  readonly why: string
}

/** What score is divided by, as a power of e, for each such way below: ranks alone cannot tell the far from the farthest. */
export const STEEPNESS = 8
/** Farther below is no less familiar. */
export const FARTHEST = 8

export function isKnowing(known: KnownPhotos | Unknowing | undefined): known is KnownPhotos {
  return known !== undefined && 'rows' in known
}

/** The least `known` that is answered. */
export function thresholdOf({ coverage }: Pick<KnownPhotos, 'coverage'>): number {
  return Number((1 - coverage).toPrecision(12))
}
