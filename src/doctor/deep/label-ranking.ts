import type { WorkOptions } from '../../core/index.js'
import type { DeepData } from '../check.js'
import { beliefsIn } from './beliefs.js'
import { usablePhotos } from './usable.js'

/** What a model that did not learn from a photo makes of its label. */
export interface LabelScore {
  /** Number of the photo in the data set. */
  readonly photo: number
  /** Class given, and the probability of it: the self-confidence. */
  readonly given: number
  readonly confidence: number
  /** The most probable other class. */
  readonly other: number
  readonly otherConfidence: number
}

export interface LabelRanking {
  /** Every photo that could be judged, the least believable label first. */
  readonly scores: readonly LabelScore[]
  /** How many of them are likely wrong: the first ones. */
  readonly likelyWrong: number
}

/** Where all photos of a class are believed alike, each reaches the mean but for rounding. */
const ROUNDING = 1e-6

/**
 * Ranks photos by how little a model believes their label, each judged by a fit that did not learn from it or a copy of it
 * (confident learning: Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", 2021).
 *
 * @throws `interrupted`
 */
export async function rankLabels(data: DeepData, work: WorkOptions = {}): Promise<LabelRanking> {
  const usable = usablePhotos(data)
  const beliefs = await beliefsIn(data, usable, work)
  if (beliefs === undefined) return { scores: [], likelyWrong: 0 }
  const { photos, probabilities } = beliefs
  const truth = photos.map(i => usable.photos[i].label)
  const scores = photos.map((at, i) => scoreOf(usable.numbers[at], truth[i], probabilities[i]))
  scores.sort((a, b) => a.confidence - b.confidence || a.photo - b.photo)
  return { scores, likelyWrong: withCopies(scores, countWrong(truth, probabilities, data.labels.length)) }
}

/** Copies are believed alike: none is told without the other. */
function withCopies(scores: readonly LabelScore[], count: number): number {
  let end = count
  while (end > 0 && end < scores.length && scores[end].confidence - scores[end - 1].confidence < ROUNDING)
    end++
  return end
}

function scoreOf(photo: number, given: number, row: readonly number[]): LabelScore {
  let other = given === 0 ? 1 : 0
  for (const [k, p] of row.entries()) if (k !== given && p > row[other]) other = k
  return { photo, given, confidence: row[given], other, otherConfidence: row[other] }
}

/**
 * How many labels are wrong by the confident joint. A photo counts for the most probable of the classes that it reaches the
 * usual confidence of; each class's counts are brought to its number of photos; those off the diagonal are wrong.
 */
export function countWrong(
  truth: readonly number[],
  probabilities: readonly (readonly number[])[],
  classes: number,
): number {
  const sizes = new Array<number>(classes).fill(0)
  const usual = new Array<number>(classes).fill(0)
  for (const [i, label] of truth.entries()) {
    sizes[label]++
    usual[label] += probabilities[i][label]
  }
  for (let k = 0; k < classes; k++) usual[k] = sizes[k] === 0 ? Number.POSITIVE_INFINITY : usual[k] / sizes[k]
  const counted = new Array<number>(classes).fill(0)
  const off = new Array<number>(classes).fill(0)
  for (const [i, label] of truth.entries()) {
    let best = -1
    for (const [k, p] of probabilities[i].entries())
      if (p >= usual[k] - ROUNDING && (best < 0 || p > probabilities[i][best])) best = k
    if (best < 0) continue
    counted[label]++
    if (best !== label) off[label]++
  }
  return Math.round(
    sizes.reduce((sum, size, k) => sum + (counted[k] === 0 ? 0 : (size * off[k]) / counted[k]), 0),
  )
}
