import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { z } from 'zod'
import {
  argumentError,
  ChiquitoError,
  commandName,
  shellPath,
  throwIfAborted,
  type WorkOptions,
} from '../core/index.js'
import { type Dataset, openDataset, type Split } from '../dataset/index.js'
import type { DeviceOptions } from '../engine/index.js'
import { Predictor } from '../predict/index.js'
import { summaryText } from '../report/index.js'
import { RunFolder } from '../run/index.js'
import { learntIn, recordOfModel, settersIn } from './learnt-photos.js'
import { type MeasuredPart, measurePart, partWords, requireKnown } from './measure.js'
import { type MeasuredBackground, measureBackground } from './measure-background.js'
import { noticeOnce } from './notice-once.js'
import { modelIn, tellUnknowing } from './predict.js'
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

/** The figures are those of `split`; where there are test photos beside validation photos, theirs stand in `test`. */
export interface EvaluateResult extends MeasuredPart {
  readonly run: string
  readonly model: string
  readonly data: string
  readonly labels: readonly string[]
  /** The photos kept apart as test, where others are measured first. */
  readonly test?: MeasuredPart | undefined
  /** The photos of other things that the run kept to measure on, where its own photos are judged and it learnt from such. */
  readonly background?: MeasuredBackground | undefined
  readonly seconds: number
}

/** More views than this bring nothing but waiting. */
const mostViews = 32

const thresholdSetHere =
  'The threshold of "neither" was set by these very photos: that they are answered as often as it wants is no evidence, so it is not ' +
  'counted. Give other photos to measure that.'

/** Shows photos with known labels to a finished model, through the model file itself. */
export async function evaluate(options: EvaluateOptions): Promise<EvaluateResult> {
  const { tta = 0, progress, signal } = options
  if (!Number.isInteger(tta) || tta < 0 || tta > mostViews)
    throw argumentError('tta', `a whole number of views from 0 to ${mostViews}`, tta)
  const started = performance.now()
  const { model, folder } = await modelOf(options)
  // Before the photos are read, which may take minutes.
  const predictor = await Predictor.open(model, { notice: noticeOnce(progress), ...options })
  try {
    throwIfAborted(signal)
    tellUnknowing(predictor, progress)
    const dataset = await photosOf(options, folder, predictor.labels)
    const [split, ...others] = measuredParts(dataset)
    const { metadata } = predictor
    const own =
      options.data === undefined ? dataset : await recordOfModel(model, metadata, { folder, progress })
    const learnt = options.data === undefined || !own ? undefined : learntIn(own)
    const work = { tta, learnt, setters: own && settersIn(own.photos, metadata), progress, signal }
    const measured = await measurePart(predictor, dataset, split, work)
    if (predictor.threshold !== undefined && measured.coverage === null)
      progress?.({ kind: 'notice', message: thresholdSetHere })
    return {
      run: path.resolve(options.run),
      model: path.resolve(model),
      data: dataset.root,
      labels: predictor.labels,
      ...measured,
      test: others.includes('test') ? await measurePart(predictor, dataset, 'test', work) : undefined,
      background:
        options.data === undefined && folder ? await measureBackground(predictor, folder, work) : undefined,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    await predictor.close()
  }
}

/** What a person sees of a data set first, and what is told beside: validation, test, or else what there is. */
function measuredParts({ photos }: Dataset): readonly [Split, ...Split[]] {
  const [first, ...others] = (['valid', 'test'] as const).filter(part =>
    photos.some(photo => photo.split === part),
  )
  return first === undefined ? ['train'] : [first, ...others]
}

/** The classes of those photos, before they are read. */
function measuredLabels(
  files: readonly { readonly label: string; readonly split: Split | undefined }[],
): string[] {
  const measured = files.filter(({ split }) => split !== 'train')
  return [...new Set((measured.length > 0 ? measured : files).map(({ label }) => label))].sort()
}

async function modelOf({
  run,
  data,
  progress,
}: EvaluateOptions): Promise<{ model: string; folder: RunFolder | undefined }> {
  const isModel = (await stat(run).catch(() => undefined))?.isFile() === true
  if (isModel && data === undefined)
    throw new ChiquitoError(
      'usage',
      `A model file does not know its photos. Give them too: ${commandName()} evaluate ${shellPath(run)} PHOTOS`,
    )
  if (isModel) return { model: run, folder: undefined }
  const folder = await RunFolder.open(run)
  return { model: await modelIn(run, folder, progress), folder }
}

/** The photos to judge: those of the run, divided as they were for it, or what a folder offers. */
async function photosOf(
  { data, followLinks, labelsFrom, progress, signal }: EvaluateOptions,
  folder: RunFolder | undefined,
  known: readonly string[],
): Promise<Dataset> {
  const own =
    data === undefined && folder
      ? {
          root: folder.record.dataset.root,
          split: await folder.readSplit(),
          ...foundAs(folder.record.configuration),
        }
      : undefined
  const dataset = await openDataset(own?.root ?? data ?? '', {
    split: own?.split ?? 'none',
    followLinks: followLinks ?? own?.followLinks,
    labelsFrom: labelsFrom ?? own?.labelsFrom,
    check: files => requireKnown(measuredLabels(files), known),
    progress,
    signal,
  })
  for (const message of dataset.notices) progress?.({ kind: 'notice', message })
  if (dataset.photos.length === 0)
    throw new ChiquitoError(
      'data',
      `There is no photo in "${dataset.root}" whose class is known. Put the photos of each class in a folder of its own.`,
    )
  return dataset
}

/** How the run's own photos were found. */
function foundAs(configuration: unknown): z.infer<typeof dataConfigurationSchema> {
  return dataConfigurationSchema.safeParse(configuration).data ?? {}
}

/** The result for a terminal: each part that was measured. */
export function evaluationText(result: EvaluateResult): string {
  const { test, background, seconds } = result
  const parts = [result, ...(test ? [test] : [])].map((part, i) =>
    partText(part, i === 0 ? background : undefined),
  )
  return `${parts.join('\n')}\nin ${seconds.toFixed(1)} s\n`
}

function partText(measured: MeasuredPart, background: MeasuredBackground | undefined): string {
  const { confusion, evaluation, calibration, tta, leaks, learnt, unreadable, split, abstention } = measured
  const part = partWords[split]
  return summaryText({
    evaluation: { ...evaluation, confusion },
    calibration,
    abstention: abstention && { figures: abstention, background },
    tta,
    stages: [],
    part,
    data: { leaks, learnt, unreadable, hints: [], photos: evaluation.count + unreadable.length },
  })
}
