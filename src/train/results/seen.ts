import type { RandomStream } from '../../core/index.js'
import { type Dataset, leaks, type Photo, type Split } from '../../dataset/index.js'
import type { DeviceOptions } from '../../engine/index.js'
import {
  averageViews,
  type Evaluation,
  evaluatePredictions,
  type Interpretation,
  interpret,
  type Rows,
} from '../../evaluate/index.js'
import type { Features } from '../features/index.js'
import { type Head, HeadRunner, type HeadWeights } from '../heads/index.js'
import type { Validation } from '../loop/index.js'

/** Photos a classifier was shown, what it said, and how good that was. */
export interface Seen extends Pick<Evaluation, 'accuracy' | 'interval' | 'confusion'> {
  readonly photos: readonly Photo[]
  /** Probabilities [photo][class], averaged over the views. */
  readonly probabilities: Rows
  /** How familiar each photo is, 0 to 1, by its plain view; where the classifier knows its photos by something. */
  readonly known?: readonly number[] | undefined
  /** All figures. */
  readonly evaluation: Evaluation
  /** The photos worth looking at: most right, most wrong, most uncertain, and some at random. */
  readonly interpretation: Interpretation
}

/**
 * Shows photos to a head through their features, one or several views each; views count alike.
 *
 * @param compared plain views before tuning, where the head is asked with what compares these.
 */
export async function see(
  runner: HeadRunner,
  features: Features,
  labels: readonly string[],
  all: readonly Photo[],
  random: RandomStream,
  compared?: Float32Array,
): Promise<Seen> {
  const [first, ...more] = features.views
  const { probabilities: plain, known } = await runner.answers(first, compared)
  const others: number[][][] = []
  for (const rows of more) others.push(await runner.probabilities(rows))
  return { ...judge(features.photos, averageViews(plain, others), labels, all, random), known }
}

/** The same with a head that is opened for it. */
export async function seeThrough(
  head: Head,
  weights: HeadWeights,
  features: Features,
  { labels, dataset }: { readonly labels: readonly string[]; readonly dataset: Pick<Dataset, 'photos'> },
  random: RandomStream,
  options: DeviceOptions,
): Promise<Seen> {
  const runner = await HeadRunner.open(head, weights, options)
  try {
    return await see(runner, features, labels, dataset.photos, random)
  } finally {
    await runner.close()
  }
}

/** Measures what was said about photos; copies of training photos among them are counted apart. */
export function judge(
  photos: readonly Photo[],
  probabilities: Rows,
  labels: readonly string[],
  all: readonly Photo[],
  random: RandomStream,
): Seen {
  const truth = photos.map(photo => photo.label)
  const split: Split = photos[0]?.split ?? 'valid'
  const copied = new Set(split === 'train' ? [] : leaks(all, split).map(leak => leak.held))
  const copies = photos.flatMap((photo, i) => (copied.has(photo.path) ? [i] : []))
  const evaluation = evaluatePredictions({ labels, truth, probabilities, copies })
  const { accuracy, interval, confusion } = evaluation
  const interpretation = interpret(truth, probabilities, { classes: labels.length, random })
  return { photos, probabilities, accuracy, interval, confusion, evaluation, interpretation }
}

/** The same, as an epoch is measured. */
export function validationOf({ evaluation }: Seen): Validation {
  return { validLoss: evaluation.logLoss, accuracy: evaluation.accuracy }
}
