import { binaryAuc, type Interval } from '../../evaluate/index.js'

/** Area under the ROC curve, with its 95 % interval. */
export interface AucFigure {
  readonly auc: number
  readonly interval: Interval
  /** How far the area is above guessing, in standard deviations of what guessing gives; below it, negative. */
  readonly aboveGuessing: number
}

/** How many photos of the class and others are compared with each other. */
export interface Compared {
  readonly own: number
  readonly other: number
}

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959964

/**
 * How much further areas out of cross-validation scatter than those of scores that owe nothing to each other: any two fits share most of
 * their photos. Measured on real photos with their classes drawn by lot: 1.1 to 1.4 for most properties, whatever the number of photos.
 */
const SHARED_FITS = 1.25

/**
 * The area under the ROC curve of scores out of cross-validation: of the pairs of one photo of the class and one other that lie in the
 * same fold, the share in which the class's photo scores higher. Scores of different folds come from different fits and
 * are not compared (Forman and Scholz, "Apples-to-apples in cross-validation studies", 2010). Undefined without such a pair.
 */
export function aucWithinFolds(
  own: readonly boolean[],
  scores: Float64Array,
  folds: readonly number[],
): AucFigure | undefined {
  let pairs = 0
  let concordant = 0
  const compared: Compared[] = []
  for (const fold of new Set(folds)) {
    if (fold < 0) continue
    const members = folds.flatMap((f, i) => (f === fold ? [i] : []))
    const positive = members.map(i => own[i])
    const auc = binaryAuc(
      positive,
      members.map(i => scores[i]),
    )
    if (auc === null) continue
    const count = positive.filter(Boolean).length
    const others = members.length - count
    pairs += count * others
    concordant += auc * count * others
    compared.push({ own: count, other: others })
  }
  if (pairs === 0) return undefined
  const auc = concordant / pairs
  const aboveGuessing = (auc - GUESSING) / Math.sqrt(variance(GUESSING, compared))
  return { auc, interval: aucInterval(auc, compared), aboveGuessing }
}

/**
 * The 95 % interval of an area under the ROC curve: the areas whose own standard error (Hanley and McNeil 1982) reaches the one
 * found; it stays within 0 and 1 and has a width at 1, too (Newcombe, "Confidence intervals for an effect size measure
 * based on the Mann-Whitney statistic, part 2", 2006, method 5).
 *
 * @param compared of each fold: photos of different folds say nothing of each other, and few in a fold say little
 */
export function aucInterval(auc: number, compared: readonly Compared[]): Interval {
  const reaches = (area: number) => Math.abs(auc - area) <= Z * Math.sqrt(variance(area, compared))
  return [boundary(auc, 0, reaches), boundary(auc, 1, reaches)]
}

const GUESSING = 0.5

/** Of the mean over folds, each weighing as many pairs as it has, with what fits share. */
function variance(area: number, compared: readonly Compared[]): number {
  let sum = 0
  let pairs = 0
  for (const { own, other } of compared) {
    sum += (own * other) ** 2 * foldVariance(area, own, other)
    pairs += own * other
  }
  return (SHARED_FITS ** 2 * sum) / pairs ** 2
}

/** Hanley and McNeil's variance, with Newcombe's mean of the two counts in place of each. */
function foldVariance(area: number, own: number, other: number): number {
  const mean = (own + other) / 2 - 1
  const spread = 1 + mean * ((1 - area) / (2 - area) + area / (1 + area))
  return (area * (1 - area) * spread) / (own * other)
}

/** Where, on the way from `inside` to `end`, areas stop reaching; by halving. */
function boundary(inside: number, end: number, reaches: (area: number) => boolean): number {
  // The ends themselves have no variance, and reach only themselves.
  let [near, far] = [inside, end]
  for (let step = 0; step < 60; step++) {
    const middle = (near + far) / 2
    if (reaches(middle)) near = middle
    else far = middle
  }
  return (near + far) / 2
}
