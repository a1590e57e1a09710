import type { LookedPhoto } from '../../../src/studio/api/runs.js'
import { isWrong, sureness } from './ranking.js'

/** What a line costs on either side. */
export interface SureCosts {
  readonly count: number
  readonly answered: number
  /** Of those that are answered. */
  readonly wrong: number
  /** Right answers that are kept back, and wrong ones. */
  readonly rightKeptBack: number
  readonly wrongKeptBack: number
}

/** What comes of answering only where the probability is `least` or more. */
export function costsOfSureness(photos: readonly LookedPhoto[], least: number): SureCosts {
  const costs = { count: photos.length, answered: 0, wrong: 0, rightKeptBack: 0, wrongKeptBack: 0 }
  for (const photo of photos) {
    const wrong = isWrong(photo)
    if (sureness(photo) >= least) {
      costs.answered++
      if (wrong) costs.wrong++
    } else if (wrong) costs.wrongKeptBack++
    else costs.rightKeptBack++
  }
  return costs
}

/** Two classes: how many photos of each the line gets wrong. */
export interface SideCosts {
  readonly label: string
  readonly count: number
  /** Taken for the other class. */
  readonly missed: number
}

/**
 * What comes of taking a photo for the second class from a probability of `line` on.
 *
 * @param labels - the two
 */
export function costsOfLine(
  photos: readonly LookedPhoto[],
  [first, second]: readonly [string, string],
  line: number,
): readonly [SideCosts, SideCosts] {
  const side = (label: string, isMissed: (probability: number) => boolean): SideCosts => {
    const own = photos.filter(({ truth }) => truth === label)
    return {
      label,
      count: own.length,
      missed: own.filter(({ probabilities }) => isMissed(probabilities[1])).length,
    }
  }
  return [side(first, probability => probability >= line), side(second, probability => probability < line)]
}
