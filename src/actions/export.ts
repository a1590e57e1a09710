import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { argumentError, ChiquitoError, throwIfAborted, type WorkOptions } from '../core/index.js'
import { type DeviceOptions, Session } from '../engine/index.js'
import {
  type Beside,
  builtOf,
  type Converted,
  exportedFile,
  type GivenModel,
  inFloat16,
  inFloat32,
  inInt8,
  judgeBeside,
  type LabelledPhotos,
  movedNotes,
  type Precision,
  readGiven,
} from '../export/index.js'
import { requireWritable, writeFileAtomic } from '../files/index.js'
import { writeModel } from '../onnx/index.js'
import { Predictor } from '../predict/index.js'
import { thresholdIn } from '../run/index.js'
import { requireFreeHub, writeHub } from './export-hub.js'
import { type ExportPhotos, type ExportPhotosOptions, photosForExport } from './export-photos.js'
import { noticeOnce } from './notice-once.js'
import { modelPath } from './predict.js'

/** Where an exported model is to live: one file for any ONNX runtime, or a folder as the Hugging Face Hub has them. */
export type ExportTarget = 'onnx' | 'huggingface'

export interface ExportOptions extends WorkOptions, DeviceOptions, ExportPhotosOptions {
  /** The folder of a run, or a `model.onnx`. */
  readonly model: string
  /** The file to write; with `to: 'huggingface'` the folder. */
  readonly out: string
  /** `onnx` by default. */
  readonly to?: ExportTarget | undefined
  /** `float32` by default; with `to: 'huggingface'` as the model given has it. */
  readonly precision?: Precision | undefined
  /** Verdicts that may change; by default one in 200. */
  readonly allowChanged?: number | undefined
  /** Replace what is there. */
  readonly overwrite?: boolean | undefined
}

export interface ExportResult {
  /** Absolute path of the model that was given. */
  readonly model: string
  /** Absolute path of what was written; null where the model was refused. */
  readonly out: string | null
  readonly to: ExportTarget
  /** Paths in `out`, where that is a folder. */
  readonly files: readonly string[]
  /** `as given`: nothing was asked for, and a folder for pipelines keeps what there is. */
  readonly precision: Precision | 'as given'
  readonly labels: readonly string[]
  /** Sizes of both files, and with weights of 32 bits. */
  readonly bytes: { readonly given: number; readonly exported: number; readonly float32: number }
  /** Both on the same photos; null for float32, which answers to the bit as the model given. */
  readonly beside: Beside | null
  /** Verdicts that may change. */
  readonly allowed: number | null
  /** What is to be known of it, in words. */
  readonly notes: readonly string[]
  readonly seconds: number
}

/** Of so many verdicts one may change where nobody says otherwise. */
const ONE_IN = 200

/**
 * Writes a trained model for another home. In another precision it is shown the validation photos of the run beside the model given; where too
 * many verdicts change nothing is written.
 *
 * @throws `usage` where something lies at `out` already; `model` for a file that is none of ours; `data`; `io`; `interrupted`
 */
export async function exportModel(options: ExportOptions): Promise<ExportResult> {
  const started = performance.now()
  const { to = 'onnx', precision = 'float32', out, overwrite = false, allowChanged, signal } = options
  if (allowChanged !== undefined && !(Number.isInteger(allowChanged) && allowChanged >= 0))
    throw argumentError('allowChanged', 'a whole number of verdicts, 0 or more', allowChanged)
  if (precision === 'float32') requireNothingToCompare(options)
  const file = await modelPath(options.model, options.progress)
  await (to === 'huggingface' ? requireFreeHub(out, overwrite) : requireFreeFile(out, file, overwrite))
  const given = await readGiven(file)
  // A damaged model must not be given golden photos of its own.
  await (await Predictor.open(file, { ...options, notice: noticeOnce(options.progress) })).close()
  const photos = precision === 'float32' ? undefined : await photosForExport(given, precision, options)
  // Pipelines are given the weights as they are stored, unless something else is asked for: in browsers they are fetched.
  const isAsGiven = to === 'huggingface' && options.precision === undefined
  const { bytes, beside, notes } = isAsGiven
    ? { bytes: await readFile(file), beside: undefined, notes: [] }
    : await made(given, precision, photos, options)
  const allowed = beside === undefined ? null : (allowChanged ?? Math.floor(beside.photos / ONE_IN))
  const isRefused = allowed !== null && (beside?.changed.length ?? 0) > allowed
  throwIfAborted(signal)
  const files: string[] = []
  if (!isRefused && to === 'huggingface') files.push(...(await writeHub({ ...options, file, bytes })))
  else if (!isRefused) await writeFileAtomic(out, bytes)
  return {
    model: path.resolve(file),
    out: isRefused ? null : path.resolve(out),
    to,
    files,
    precision: isAsGiven ? 'as given' : precision,
    labels: given.metadata.labels,
    bytes: {
      given: given.bytes,
      exported: bytes.length,
      float32: precision === 'float32' ? bytes.length : await float32Bytes(given),
    },
    beside: beside ?? null,
    allowed,
    notes,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Options that say what to compare on, where nothing is compared. @throws `usage` */
function requireNothingToCompare({ photos, allowChanged, labelsFrom, followLinks }: ExportOptions): void {
  const given = Object.entries({
    '--photos': photos,
    '--allow-changed': allowChanged,
    '--labels-from': labelsFrom,
    '--follow-links': followLinks || undefined,
  }).find(([, value]) => value !== undefined)
  if (given === undefined) return
  throw new ChiquitoError(
    'usage',
    `${given[0]} has no effect without --precision float16 or int8: the model answers as the one given does, and is shown no photos. Leave it out.`,
  )
}

/** The file in a precision, and what photos show of it. */
async function made(
  given: GivenModel,
  precision: Precision,
  photos: ExportPhotos | undefined,
  options: ExportOptions,
): Promise<{
  readonly bytes: Uint8Array
  readonly beside: Beside | undefined
  readonly notes: readonly string[]
}> {
  const { signal } = options
  const converted = await inPrecision(given, precision, photos?.learnt, options)
  throwIfAborted(signal)
  const built = builtOf(converted)
  const session = await Session.open(built, { ...options, name: `the ${precision} model` })
  try {
    const beside = photos && (await besideGiven(given, { session, ...converted }, photos.held, options))
    const bytes = await exportedFile({ given, built, ...converted, precision, session, beside }, signal)
    return { bytes, beside, notes: [...converted.notes, ...(beside ? movedNotes(beside) : [])] }
  } finally {
    await session.close()
  }
}

async function float32Bytes(given: GivenModel): Promise<number> {
  return writeModel({ ...builtOf(await inFloat32(given)), metadata: given.model.metadata }).length
}

function inPrecision(
  given: GivenModel,
  precision: Precision,
  learnt: LabelledPhotos | undefined,
  { device, threads, progress, signal }: ExportOptions,
): Promise<Converted> {
  switch (precision) {
    case 'float32':
      return inFloat32(given)
    case 'float16':
      return inFloat16(given, signal)
    case 'int8':
      return inInt8(given, { learnt: learnt ?? { root: '', photos: [] }, device, threads, progress, signal })
  }
}

async function besideGiven(
  { path: file, metadata }: GivenModel,
  exported: { readonly session: Session; readonly threshold?: number | undefined },
  photos: LabelledPhotos,
  options: ExportOptions,
): Promise<Beside> {
  const { labels, view, temperature } = metadata
  const threshold = thresholdIn(metadata)
  const { device, threads, progress, signal } = options
  const given = await Session.open(file, { device, threads })
  try {
    const own = { session: exported.session, threshold: exported.threshold ?? threshold }
    return await judgeBeside({ session: given, threshold }, own, photos, {
      ...{ labels, rule: view, temperature, progress, signal },
    })
  } finally {
    await given.close()
  }
}

/** Says before the work begins that the model cannot be put there. @throws `usage`, `io` */
async function requireFreeFile(out: string, file: string, overwrite: boolean): Promise<void> {
  if (!/\.onnx$/i.test(out))
    throw new ChiquitoError(
      'usage',
      `--out must be the name of a file that ends in .onnx, but is ${JSON.stringify(out)}. Give for example ${JSON.stringify(path.join(out, 'model.onnx'))}.`,
    )
  const there = await stat(out).catch(() => undefined)
  if (there?.isDirectory())
    throw new ChiquitoError('usage', `"${out}" is a folder. Give the name of a file for --out.`)
  const own = await stat(file)
  if (there !== undefined && there.ino === own.ino && there.dev === own.dev)
    throw new ChiquitoError(
      'usage',
      `"${out}" is the model that is to be exported; it is never replaced. Give another name for --out.`,
    )
  if (there !== undefined && !overwrite)
    throw new ChiquitoError(
      'usage',
      `"${out}" is there already. Give another name, or --overwrite to replace it.`,
    )
  await requireWritable(out)
}
