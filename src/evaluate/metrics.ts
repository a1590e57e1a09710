import { argmax, argumentError } from '../core/index.js'

/** Probabilities or scores of many photos: one row a photo, one number a class, [photo][class]. */
export type Rows = readonly ArrayLike<number>[]

/** A 95 % interval [low, high] of a share, both in [0, 1]. */
export type Interval = readonly [low: number, high: number]

/** How one class fares. A figure that is 0/0 (nothing predicted so, no photo of it) is null. */
export interface ClassMetrics {
  /** Photos that truly are of this class. */
  readonly support: number
  /** Of the photos given this label, the share that deserve it. */
  readonly precision: number | null
  /** Of the photos that deserve this label, the share that got it. */
  readonly recall: number | null
  readonly recallInterval: Interval | null
  /** Harmonic mean of precision and recall. */
  readonly f1: number | null
}

/** Means over classes, each class counting the same; a class whose figure is null is left out. */
export interface MacroMetrics {
  readonly precision: number | null
  readonly recall: number | null
  readonly f1: number | null
}

/** The normal distribution's 0.975 quantile: 95 % lies within this many deviations. */
const Z95 = 1.959963984540054

/**
 * The 95 % score interval of a share (Wilson 1927), which stays sensible at 0, at 1 and for small samples; null
 * when there is nothing to take a share of.
 */
export function wilson(right: number, count: number): Interval | null {
  if (count === 0) return null
  const share = right / count
  const spread = Z95 ** 2 / count
  const middle = (share + spread / 2) / (1 + spread)
  const half = (Z95 / (1 + spread)) * Math.sqrt((share * (1 - share) + spread / 4) / count)
  // At the ends the formula gives the end exactly; rounding must not leave it a hair inside.
  return [right === 0 ? 0 : Math.max(0, middle - half), right === count ? 1 : Math.min(1, middle + half)]
}

/** The class each row predicts. */
export function predictions(rows: Rows): number[] {
  return rows.map(argmax)
}

/** Share of predictions that equal the truth; null without photos. */
export function accuracy(truth: readonly number[], predicted: readonly number[]): number | null {
  sameLength(truth, predicted)
  return ratio(truth.filter((t, i) => t === predicted[i]).length, truth.length)
}

/** Counts [true class][predicted class]. */
export function confusionMatrix(
  truth: readonly number[],
  predicted: readonly number[],
  classes: number,
): number[][] {
  sameLength(truth, predicted)
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  truth.forEach((t, i) => {
    checkClass('truth', t, i, classes)
    checkClass('predicted', predicted[i], i, classes)
    counts[t][predicted[i]]++
  })
  return counts
}

/** Precision, recall and F1 of every class, from counts [true class][predicted class]. */
export function classMetrics(confusion: readonly (readonly number[])[]): ClassMetrics[] {
  return confusion.map((row, k) => {
    const right = row[k]
    const support = total(row)
    const predicted = total(confusion.map(other => other[k]))
    return {
      support,
      precision: ratio(right, predicted),
      recall: ratio(right, support),
      recallInterval: wilson(right, support),
      f1: ratio(2 * right, support + predicted),
    }
  })
}

/** The unweighted means of the classes' figures. */
export function macroMetrics(classes: readonly ClassMetrics[]): MacroMetrics {
  return {
    precision: meanOfKnown(classes.map(c => c.precision)),
    recall: meanOfKnown(classes.map(c => c.recall)),
    f1: meanOfKnown(classes.map(c => c.f1)),
  }
}

/** The mean of the values that are not null; null when none is. */
export function meanOfKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter(value => value !== null)
  return ratio(total(known), known.length)
}

/** a / b, or null for 0/0. */
export function ratio(a: number, b: number): number | null {
  return b === 0 ? null : a / b
}

/** Throws unless the class numbers are whole and in [0, classes). */
export function checkClass(name: string, value: number, index: number, classes: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= classes)
    throw argumentError(`${name}[${index}]`, `a class number from 0 to ${classes - 1}`, value)
}

/** Throws unless both arrays speak of the same photos. */
export function sameLength(truth: readonly number[], other: { readonly length: number }): void {
  if (truth.length !== other.length)
    throw argumentError('predictions', `as many as the ${truth.length} true classes`, other.length)
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
