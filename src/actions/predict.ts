import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { argumentError, ChiquitoError, commandName, shellPath, type WorkOptions } from '../core/index.js'
import type { Oddity } from '../dataset/index.js'
import type { DeviceOptions } from '../engine/index.js'
import { errorCode, ioError } from '../files/index.js'
import { testTimeViews } from '../images/index.js'
import { type JudgedPhoto, type PhotoSource, Predictor, predictAll, type Refused } from '../predict/index.js'
import { RunFolder } from '../run/index.js'
import { explaining, requireExplanationsFolder } from './explain-photos.js'
import { noticeOnce } from './notice-once.js'
import { photoSources } from './photo-sources.js'

export interface PredictOptions extends DeviceOptions, WorkOptions {
  /** A `model.onnx`, or the folder of a run. */
  readonly model: string
  /** Photos and folders of photos, or bytes of a photo from elsewhere under a name: answered in this order. */
  readonly paths: readonly (string | PhotoSource)[]
  /** Also follow links that lead out of a folder. */
  readonly followLinks?: boolean | undefined
  /** Augmented views beside the plain photo, averaged with it; 0 by default. */
  readonly tta?: number | undefined
  /** Folder for a picture of each photo with what spoke for its label and what against: new, empty, or one of such pictures. */
  readonly explain?: string | undefined
}

export interface PredictResult {
  readonly model: string
  readonly labels: readonly string[]
  /** A photo whose `known` is below this shows none of the labels; null where the model knows its photos by nothing. */
  readonly threshold: number | null
  readonly predictions: readonly JudgedPhoto[]
  /** Photos that could not be judged, and folders that could not be read. */
  readonly unreadable: readonly Refused[]
  /** What lies in the folders and is no photo. */
  readonly leftOut: readonly Oddity[]
  readonly seconds: number
}

/** More views than this bring nothing but waiting. */
const mostViews = 32

/** A verdict for each photo. A photo that cannot be read is listed with its reason; the rest are answered. */
export async function predict(options: PredictOptions): Promise<PredictResult> {
  const { paths, explain: folder, progress, signal } = options
  const tta = checkedTta(options.tta)
  const started = performance.now()
  await refuseSwapped(options.model, paths)
  const model = await modelPath(options.model, progress)
  const { photos, refused, leftOut } = await photoSources(paths, options)
  if (photos.length === 0 && refused.length === 0)
    throw new ChiquitoError(
      'usage',
      `There is no photo to judge. Give files, folders, or - for standard input.`,
    )
  if (folder !== undefined) await requireExplanationsFolder(folder)
  const predictor = await Predictor.open(model, {
    notice: noticeOnce(progress),
    expected: photos.length,
    ...options,
  })
  try {
    tellUnknowing(predictor, progress)
    const { seed } = predictor.metadata
    const drawn = (sha256: string) => [null, ...testTimeViews(seed, sha256, tta)]
    const views = tta > 0 ? drawn : undefined
    const explain = folder === undefined ? undefined : explaining(predictor, folder, { progress, signal })
    const { predictions, unreadable } = await predictAll(predictor, photos, {
      views,
      explain,
      progress,
      signal,
    })
    const seconds = (performance.now() - started) / 1000
    return {
      model,
      labels: predictor.labels,
      threshold: predictor.threshold ?? null,
      predictions,
      unreadable: [...refused, ...unreadable],
      leftOut,
      seconds,
    }
  } finally {
    await predictor.close()
  }
}

/** @throws `usage` */
export function checkedTta(tta = 0): number {
  if (Number.isInteger(tta) && tta >= 0 && tta <= mostViews) return tta
  throw argumentError('tta', `a whole number of views from 0 to ${mostViews}`, tta)
}

/** A model that takes everything for one of its labels says so, once. */
export function tellUnknowing(
  predictor: Pick<Predictor, 'threshold' | 'metadata'>,
  progress: WorkOptions['progress'],
): void {
  if (predictor.threshold !== undefined) return
  const { abstention } = predictor.metadata
  const message =
    abstention && 'why' in abstention
      ? `This model cannot say "neither": whatever a photo shows is taken for one of its labels. ${abstention.why}`
      : 'This model was made before models could say "neither": whatever a photo shows is taken for one of its labels. Train again ' +
        'to change that.'
  progress?.({ kind: 'notice', message })
}

/** The model comes first; who gives it behind the photos is told that, not that a photo is no model. */
export async function refuseSwapped(given: string, paths: PredictOptions['paths']): Promise<void> {
  if (await isModel(given)) return
  for (const one of paths)
    if (typeof one === 'string' && (await isModel(one)))
      throw new ChiquitoError(
        'usage',
        `The model comes first, then the photos: ${commandName()} predict ${shellPath(one)} ${shellPath(given)}`,
      )
}

/** Whether a path is a model by its name, or a folder that holds one. */
async function isModel(given: string): Promise<boolean> {
  const file = /\.onnx$/i.test(given) ? given : path.join(given, 'model.onnx')
  return (await stat(file).catch(() => undefined))?.isFile() ?? false
}

/**
 * The model file meant: itself, or the one in a run folder. A run that goes on, or was cut off, may have but its first one: that is
 * said.
 */
export async function modelPath(given: string, progress?: WorkOptions['progress']): Promise<string> {
  const info = await statOf(given)
  if (!info)
    throw new ChiquitoError('io', `There is no model "${given}". Give a model.onnx, or the folder of a run.`)
  if (info.isFile()) return given
  if (!info.isDirectory())
    throw new ChiquitoError(
      'io',
      `"${given}" is a pipe, a device or a socket. Give the file of a model, or the folder of a run.`,
    )
  return modelIn(given, await RunFolder.open(given).catch(() => undefined), progress)
}

/**
 * The model of a folder.
 *
 * @param run - what the folder holds, if it holds a run
 */
export async function modelIn(
  given: string,
  run: RunFolder | undefined,
  progress?: WorkOptions['progress'],
): Promise<string> {
  const model = path.join(given, 'model.onnx')
  const isUnfinished = run !== undefined && run.record.state !== 'finished'
  if (await statOf(model)) {
    if (isUnfinished)
      progress?.({
        kind: 'notice',
        message: `The run in "${given}" is not finished: its model may be that of the head alone, before fine-tuning.`,
      })
    return model
  }
  throw new ChiquitoError(
    'io',
    `The folder "${given}" holds no model.onnx. ${
      isUnfinished
        ? 'Its run was not finished: go on with it (chiquito train with --resume).'
        : 'Give a model.onnx, or the folder of a run that was finished.'
    }`,
  )
}

/** Undefined where there is nothing. @throws `io` where the system does not let us look */
async function statOf(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined
    throw ioError(error, 'open', file)
  }
}
