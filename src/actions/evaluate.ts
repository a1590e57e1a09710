import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { z } from 'zod'
import { argumentError, ChiquitoError, type WorkOptions } from '../core/index.js'
import { type Leak, leaks, openDataset, type Photo, type Split } from '../dataset/index.js'
import type { DeviceOptions } from '../engine/index.js'
import { type Evaluation, evaluatePredictions, type Interval } from '../evaluate/index.js'
import { testTimeViews } from '../images/index.js'
import { Predictor, predictAll, type Refused } from '../predict/index.js'
import { summaryText } from '../report/index.js'
import { RunFolder } from '../run/index.js'
import { modelPath } from './predict.js'
import { dataConfigurationSchema } from './resume.js'

export interface EvaluateOptions extends DeviceOptions, WorkOptions {
  /** The folder of a run, or a `model.onnx` (then `data` must be given). */
  readonly run: string
  /** Photos to judge; those the run was measured on by default. */
  readonly data?: string | undefined
  /** Also follow links that lead out of the folder; only for data that you trust. */
  readonly followLinks?: boolean | undefined
  /**
   * Where classes come from: `auto` (the default), `folders`, `names` (what file names begin with: `cat.0.jpg`) or
   * `column:NAME` of a table in the data set.
   */
  readonly labelsFrom?: string | undefined
  /** Augmented views beside the plain photo; 0 by default. */
  readonly tta?: number | undefined
}

export interface EvaluateResult {
  readonly run: string
  readonly model: string
  readonly data: string
  readonly split: Split
  readonly labels: readonly string[]
  readonly accuracy: number
  readonly interval: Interval
  readonly confusion: readonly (readonly number[])[]
  readonly withoutLeaks: Evaluation['withoutCopies']
  readonly tta?:
    | {
        readonly views: number
        readonly accuracy: number
        readonly interval: Interval
        readonly evaluation: Evaluation
      }
    | undefined
  readonly evaluation: Evaluation
  readonly leaks: readonly { readonly train: string; readonly valid: string }[]
  readonly unreadable: readonly Refused[]
  readonly predictions: readonly {
    readonly path: string
    readonly truth: string
    readonly label: string
    readonly probabilities: readonly number[]
  }[]
  readonly seconds: number
}

/** More views than this bring nothing but waiting. */
const mostViews = 32

/** Shows photos with known labels to a finished model, through the model file itself. */
export async function evaluate(options: EvaluateOptions): Promise<EvaluateResult> {
  const { tta = 0, progress, signal } = options
  if (!Number.isInteger(tta) || tta < 0 || tta > mostViews)
    throw argumentError('tta', `a whole number of views from 0 to ${mostViews}`, tta)
  const started = performance.now()
  const { model, photos, root, split, leaked, dataLabels } = await photosOf(options)
  const predictor = await Predictor.open(model, options)
  try {
    const { labels, metadata } = predictor
    const truths = truthsOf(photos, dataLabels, labels, model)
    const sources = photos.map(photo => ({ path: path.join(root, photo.path), sha256: photo.sha256 }))
    const plain = await predictAll(predictor, sources, { progress, signal })
    const judged = new Set(plain.predictions.map(prediction => prediction.path))
    const kept = photos.filter((_, i) => judged.has(sources[i].path))
    const truth = kept.map(photo => truths[photo.label])
    if (kept.length === 0)
      throw new ChiquitoError(
        'data',
        `None of the ${photos.length} photos could be read: ${plain.unreadable[0]?.reason}`,
      )
    const held = new Set(leaked.map(leak => leak.held))
    const copies = kept.flatMap((photo, i) => (held.has(photo.path) ? [i] : []))
    const measure = (rows: readonly { probabilities: readonly number[] }[]) =>
      evaluatePredictions({ labels, truth, probabilities: rows.map(row => row.probabilities), copies })
    const evaluation = measure(plain.predictions)
    let augmented: Evaluation | undefined
    if (tta > 0) {
      const views = (sha256: string) => [null, ...testTimeViews(metadata.seed, sha256, tta)]
      const readable = sources.filter(source => judged.has(source.path))
      augmented = measure((await predictAll(predictor, readable, { views, progress, signal })).predictions)
    }
    return {
      run: path.resolve(options.run),
      model: path.resolve(model),
      data: root,
      split,
      labels,
      accuracy: evaluation.accuracy,
      interval: evaluation.interval,
      confusion: evaluation.confusion,
      withoutLeaks: evaluation.withoutCopies,
      tta: augmented && {
        views: tta,
        accuracy: augmented.accuracy,
        interval: augmented.interval,
        evaluation: augmented,
      },
      evaluation,
      leaks: leaked.map(({ train, held }) => ({ train, valid: held })),
      unreadable: plain.unreadable.map(({ path: file, reason }) => ({
        path: path.relative(root, file),
        reason,
      })),
      predictions: plain.predictions.map(({ label, probabilities }, i) => ({
        path: kept[i].path,
        truth: labels[truth[i]],
        label,
        probabilities,
      })),
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    await predictor.close()
  }
}

interface Judgeable {
  readonly model: string
  readonly photos: readonly Photo[]
  readonly root: string
  readonly split: Split
  readonly dataLabels: readonly string[]
  readonly leaked: readonly Leak[]
}

/** The photos to judge: the run's own validation part, or what a folder offers: `valid`, else `test`, else all. */
async function photosOf({
  run,
  data,
  followLinks,
  labelsFrom,
  progress,
  signal,
}: EvaluateOptions): Promise<Judgeable> {
  const isModel = (await stat(run).catch(() => undefined))?.isFile() === true
  if (isModel && data === undefined)
    throw new ChiquitoError(
      'usage',
      `Give the photos too: chiquito evaluate ${run} PHOTOS. A model file does not know them.`,
    )
  const folder = isModel ? undefined : await RunFolder.open(run)
  const model = await modelPath(run)
  const own =
    data === undefined && folder
      ? {
          root: folder.record.dataset.root,
          split: await folder.readSplit(),
          ...foundAs(folder.record.configuration),
        }
      : undefined
  const root = own?.root ?? data ?? ''
  const dataset = await openDataset(root, {
    split: own?.split ?? 'none',
    followLinks: followLinks ?? own?.followLinks,
    labelsFrom: labelsFrom ?? own?.labelsFrom,
    progress,
    signal,
  })
  for (const message of dataset.notices) progress?.({ kind: 'notice', message })
  const split =
    (['valid', 'test'] as const).find(part => dataset.photos.some(photo => photo.split === part)) ?? 'train'
  return {
    model,
    photos: dataset.photos.filter(photo => photo.split === split),
    root: dataset.root,
    split,
    dataLabels: dataset.labels,
    leaked: split === 'train' ? [] : leaks(dataset.photos, split),
  }
}

/** How the run's own photos were found. */
function foundAs(configuration: unknown): z.infer<typeof dataConfigurationSchema> {
  return dataConfigurationSchema.safeParse(configuration).data ?? {}
}

/** For each label of the data its number in the model. */
function truthsOf(
  photos: readonly Photo[],
  dataLabels: readonly string[],
  labels: readonly string[],
  model: string,
): number[] {
  const numbers = dataLabels.map(label => labels.indexOf(label))
  const unknown = dataLabels.find((_, k) => numbers[k] < 0 && photos.some(photo => photo.label === k))
  if (unknown !== undefined)
    throw new ChiquitoError(
      'data',
      `Class "${unknown}" of the photos is none of the model's: ${labels.join(', ')} (${model}). Rename the folder, or leave it out.`,
    )
  return numbers
}

/** The result for a terminal. */
export function evaluationText(result: EvaluateResult): string {
  const { evaluation, tta, leaks, unreadable, split, seconds } = result
  const part = { valid: 'validation', test: 'test', train: 'training' }[split]
  const bad = unreadable.map(({ path: file, reason }) => `not judged: ${file}: ${reason}\n`).join('')
  const summary = summaryText({ evaluation, tta, stages: [], part, data: { leaks, unreadable, hints: [] } })
  return `${summary}${bad}in ${seconds.toFixed(1)} s\n`
}
