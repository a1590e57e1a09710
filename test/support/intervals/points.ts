// Points of two classes, normal around two places, and a classifier that is really trained and whose truth is known.
import type { RandomStream } from '../../../src/core/index.js'
import { mean } from './world.js'

export interface Point {
  readonly label: number
  readonly at: Float64Array
}

export interface Cloud {
  readonly width: number
  /** Deviations from one class to the other. */
  readonly apart: number
}

/** As many of both classes, in turn. */
export function pointsOf(random: RandomStream, { width, apart }: Cloud, count: number): Point[] {
  return Array.from({ length: count }, (_, i) => {
    const label = i % 2
    const at = Float64Array.from({ length: width }, () => random.normal())
    at[0] += (label === 0 ? -apart : apart) / 2
    return { label, at }
  })
}

export interface Trained {
  says(at: Float64Array): number
  score(at: Float64Array): number
  /** Share of all points there could be that it has right. */
  readonly accuracy: number
  /** Area under the ROC curve of all points there could be. */
  readonly auc: number
}

/** The nearest of the two means. */
export function nearestMean(points: readonly Point[], { width, apart }: Cloud): Trained {
  const centre = [0, 1].map(label => {
    const own = points.filter(point => point.label === label)
    return Float64Array.from({ length: width }, (_, d) => mean(own.map(({ at }) => at[d])))
  })
  const across = centre[1].map((c, d) => c - centre[0][d])
  let middle = 0
  let squares = 0
  for (let d = 0; d < width; d++) {
    middle += (across[d] * (centre[0][d] + centre[1][d])) / 2
    squares += across[d] ** 2
  }
  const length = Math.sqrt(squares)
  const side = (across[0] * apart) / 2
  const score = (at: Float64Array) => {
    let sum = -middle
    for (let d = 0; d < width; d++) sum += at[d] * across[d]
    return sum
  }
  return {
    score,
    says: at => (score(at) > 0 ? 1 : 0),
    accuracy: (normalBelow((side - middle) / length) + normalBelow((side + middle) / length)) / 2,
    auc: normalBelow((2 * side) / (length * Math.SQRT2)),
  }
}

/** Chance that a standard normal number is below (Abramowitz and Stegun 7.1.26, good to seven digits). */
function normalBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const half = (1 - series * Math.exp(-x * x)) / 2
  return z < 0 ? 0.5 - half : 0.5 + half
}
