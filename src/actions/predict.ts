import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { argumentError, ChiquitoError, type WorkOptions } from '../core/index.js'
import type { DeviceOptions } from '../engine/index.js'
import { testTimeViews } from '../images/index.js'
import { type JudgedPhoto, type PhotoSource, Predictor, predictAll, type Refused } from '../predict/index.js'

export interface PredictOptions extends DeviceOptions, WorkOptions {
  /** A `model.onnx`, or the folder of a run. */
  readonly model: string
  /** Photos and folders of photos. */
  readonly paths: readonly string[]
  /** A photo from elsewhere, such as standard input, under a name. */
  readonly extra?: readonly PhotoSource[] | undefined
  /** Augmented views beside the plain photo, averaged with it; 0 by default. */
  readonly tta?: number | undefined
}

export interface PredictResult {
  readonly model: string
  readonly labels: readonly string[]
  readonly predictions: readonly JudgedPhoto[]
  readonly unreadable: readonly Refused[]
  readonly seconds: number
}

/** More views than this bring nothing but waiting. */
const mostViews = 32

/** A verdict for each photo. A photo that cannot be read is listed with its reason; the rest are answered. */
export async function predict(options: PredictOptions): Promise<PredictResult> {
  const { paths, extra = [], tta = 0, progress, signal } = options
  if (!Number.isInteger(tta) || tta < 0 || tta > mostViews)
    throw argumentError('tta', `a whole number of views from 0 to ${mostViews}`, tta)
  const started = performance.now()
  const model = await modelPath(options.model)
  const photos = [...(await Promise.all(paths.map(photosAt))).flat(), ...extra]
  if (photos.length === 0)
    throw new ChiquitoError(
      'usage',
      `There is no photo to judge. Give files, folders, or - for standard input.`,
    )
  const predictor = await Predictor.open(model, options)
  try {
    const { seed } = predictor.metadata
    const views = (sha256: string) => [null, ...testTimeViews(seed, sha256, tta)]
    const { predictions, unreadable } = await predictAll(predictor, photos, { views, progress, signal })
    const seconds = (performance.now() - started) / 1000
    return { model, labels: predictor.labels, predictions, unreadable, seconds }
  } finally {
    await predictor.close()
  }
}

/** The model file meant: itself, or the one in a run folder. */
export async function modelPath(given: string): Promise<string> {
  const info = await stat(given).catch(() => undefined)
  if (!info)
    throw new ChiquitoError('io', `There is no model "${given}". Give a model.onnx, or the folder of a run.`)
  if (!info.isDirectory()) return given
  const model = path.join(given, 'model.onnx')
  if (await stat(model).catch(() => undefined)) return model
  throw new ChiquitoError(
    'io',
    `The folder "${given}" holds no model.onnx. Give a model.onnx, or the folder of a run that was finished.`,
  )
}

/** A file is one photo; a folder all files in it and below, hidden ones left out, sorted. */
async function photosAt(given: string): Promise<PhotoSource[]> {
  const info = await stat(given).catch(() => undefined)
  if (!info?.isDirectory()) return [{ path: given }]
  const entries = await readdir(given, { withFileTypes: true, recursive: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name))
    .filter(file => !isHidden(path.relative(given, file)))
    .sort()
    .map(file => ({ path: file }))
}

function isHidden(file: string): boolean {
  return file.split(path.sep).some(name => name.startsWith('.'))
}
