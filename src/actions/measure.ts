import path from 'node:path'
import { ChiquitoError, type WorkOptions } from '../core/index.js'
import { type Dataset, type Leak, leaks, type Photo, type Split } from '../dataset/index.js'
import {
  type AbstentionFigures,
  type CalibrationFigures,
  calibrationFigures,
  type Evaluation,
  evaluateAbstention,
  evaluatePredictions,
  type Interval,
  mayBe,
  wilson,
} from '../evaluate/index.js'
import { testTimeViews } from '../images/index.js'
import { noneRead, type Prediction, type Predictor, predictAll, type Refused } from '../predict/index.js'
import type { Stage } from '../train/index.js'

/** Everything measured, but for the confusion matrix, which stands beside it and may be large. */
export type EvaluationDetails = Omit<Evaluation, 'confusion'>

/** How a model did on one part of a data set. */
export interface MeasuredPart {
  readonly split: Split
  /** Photos judged, and how many of them right. */
  readonly count: number
  readonly right: number
  readonly accuracy: number
  /** 95 %. */
  readonly interval: Interval
  /** What so few photos do not bear out: "98 % of 50 validation photos: it may be 90 %"; null where they do. */
  readonly mayBe: string | null
  readonly confusion: readonly (readonly number[])[]
  /** Whether the probabilities can be believed: their error with its interval, and what it is without the temperature. */
  readonly calibration: CalibrationFigures
  readonly withoutLeaks: Evaluation['withoutCopies']
  readonly tta?:
    | {
        readonly views: number
        readonly accuracy: number
        readonly interval: Interval
        readonly calibration: CalibrationFigures
        readonly evaluation: Evaluation
      }
    | undefined
  readonly evaluation: EvaluationDetails
  /**
   * How many photos of this part the run learnt from, or from exact copies of them; undefined where no record tells. They
   * are the `leaks` then.
   */
  readonly learnt?: number | undefined
  /** Photos of this part that are exact copies of training photos; `valid` is the one of this part. */
  readonly leaks: readonly { readonly train: string; readonly valid: string }[]
  readonly unreadable: readonly Refused[]
  readonly predictions: readonly {
    readonly path: string
    readonly truth: string
    readonly label: string
    readonly probabilities: readonly number[]
    /** How like the photos learnt from it is, 0 to 1; null where the model does not say. */
    readonly known: number | null
    readonly abstained: boolean
  }[]
  /**
   * The share of the photos that is answered, not abstained on; null where the model abstains on none, or all of them set its threshold. Photos
   * that did are not counted.
   */
  readonly coverage: number | null
  /** More of that, where the model can abstain. */
  readonly abstention?: AbstentionFigures | undefined
}

export interface MeasureOptions extends WorkOptions {
  /** Augmented views beside the plain photo. */
  readonly tta: number
  /** The photos that the model learnt from, where they are known and other ones are judged: to each SHA-256 a path. */
  readonly learnt?: ReadonlyMap<string, string> | undefined
  /** Photos that set the threshold of "neither", by SHA-256: they are no evidence of how many others it answers. */
  readonly setters?: ReadonlySet<string> | undefined
}

/**
 * Shows the photos of one part to a model.
 *
 * @throws `data` where no photo can be read; every class must be one of the model's (`requireKnown`)
 */
export async function measurePart(
  predictor: Predictor,
  dataset: Dataset,
  split: Split,
  { tta, learnt, setters, progress, signal }: MeasureOptions,
): Promise<MeasuredPart> {
  const { labels, metadata } = predictor
  const { root } = dataset
  const photos = dataset.photos.filter(photo => photo.split === split)
  const truths = dataset.labels.map(label => labels.indexOf(label))
  const sources = photos.map(photo => ({ path: path.join(root, photo.path), sha256: photo.sha256 }))
  const plain = await predictAll(predictor, sources, { progress, signal })
  const judged = new Set(plain.predictions.map(prediction => prediction.path))
  const kept = photos.filter((_, i) => judged.has(sources[i].path))
  const truth = kept.map(photo => truths[photo.label])
  if (kept.length === 0) throw noneRead(plain.unreadable)
  const leaked = leaksAmong(kept, dataset, split, learnt)
  const held = new Set(leaked.map(leak => leak.held))
  const copies = kept.flatMap((photo, i) => (held.has(photo.path) ? [i] : []))
  const measure = (rows: readonly { probabilities: readonly number[] }[]) =>
    evaluatePredictions({ labels, truth, probabilities: rows.map(row => row.probabilities), copies })
  const evaluation = measure(plain.predictions)
  const calibrated = (rows: readonly { probabilities: readonly number[] }[], temperature?: number) =>
    calibrationFigures(
      truth,
      rows.map(row => row.probabilities),
      temperature,
    )
  let augmented: { evaluation: Evaluation; calibration: CalibrationFigures } | undefined
  if (tta > 0) {
    const views = (sha256: string) => [null, ...testTimeViews(metadata.seed, sha256, tta)]
    const readable = sources.filter(source => judged.has(source.path))
    const { predictions } = await predictAll(predictor, readable, { views, progress, signal })
    augmented = { evaluation: measure(predictions), calibration: calibrated(predictions) }
  }
  return {
    split,
    ...figures(evaluation, split),
    calibration: calibrated(plain.predictions, metadata.temperature),
    tta: augmented && {
      views: tta,
      accuracy: augmented.evaluation.accuracy,
      interval: augmented.evaluation.interval,
      ...augmented,
    },
    learnt: learnt && leaked.length,
    leaks: leaked.map(({ train, held }) => ({ train, valid: held })),
    unreadable: plain.unreadable.map(({ path: file, reason }) => ({
      path: path.relative(root, file),
      reason,
    })),
    ...abstentionFields(predictor, plain.predictions, truth, i => !setters?.has(kept[i].sha256)),
    predictions: plain.predictions.map(({ label, probabilities, known, abstained }, i) => ({
      path: kept[i].path,
      truth: labels[truth[i]],
      label,
      probabilities,
      known,
      abstained,
    })),
  }
}

function abstentionFields(
  predictor: Predictor,
  all: readonly Prediction[],
  allTruth: readonly number[],
  isEvidence: (photo: number) => boolean,
): Pick<MeasuredPart, 'coverage' | 'abstention'> {
  const { labels, threshold } = predictor
  const predictions = all.filter((_, i) => isEvidence(i))
  const truth = allTruth.filter((_, i) => isEvidence(i))
  if (threshold === undefined || truth.length === 0) return { coverage: null }
  const taken = predictions.map(({ label }) => labels.indexOf(label))
  const abstained = predictions.map(one => one.abstained)
  const leftOut = all.length - predictions.length
  const figures = evaluateAbstention({ labels, truth, taken, abstained, threshold, leftOut })
  return { coverage: figures.coverage, abstention: figures }
}

/** Judged photos that the model is known to have learnt from: by the record of its run, else by the data set's own parts. */
function leaksAmong(
  photos: readonly Photo[],
  dataset: Dataset,
  split: Split,
  learnt: MeasureOptions['learnt'],
): Omit<Leak, 'sha256'>[] {
  if (learnt === undefined) return split === 'train' ? [] : leaks(dataset.photos, split)
  return photos.flatMap(({ path: held, sha256 }) => {
    const train = learnt.get(sha256)
    return train === undefined ? [] : [{ train, held }]
  })
}

/** An evaluation of a part and, beside it, the figures that are asked for most. */
export function figures(evaluation: Evaluation, split: Split) {
  const { confusion, ...details } = evaluation
  const { count, right, accuracy, interval, withoutCopies } = details
  const doubt = mayBe(evaluation, `${partWords[split]} photos`) ?? null
  return {
    ...{ count, right, accuracy, interval, mayBe: doubt, confusion },
    withoutLeaks: withoutCopies,
    evaluation: details,
  }
}

/** Parts as sentences have them. */
export const partWords = { train: 'training', valid: 'validation', test: 'test' } as const

/** @param count - of the validation photos that the stages' accuracies are of */
export function withIntervals(stages: readonly Stage[], count: number): Stage[] {
  return stages.map(stage => ({ ...stage, interval: wilson(Math.round(stage.accuracy * count), count) }))
}

/**
 * Refuses photos of a class that a model does not know.
 *
 * @param dataLabels - classes of the photos
 * @param labels - those of the model
 * @throws `data`
 */
export function requireKnown(dataLabels: readonly string[], labels: readonly string[]): void {
  const unknown = dataLabels.find(label => !labels.includes(label))
  if (unknown !== undefined)
    throw new ChiquitoError(
      'data',
      `Class "${unknown}" of the photos is none of the model's: ${labels.join(', ')}. Rename the folder, or leave it out.`,
    )
}
