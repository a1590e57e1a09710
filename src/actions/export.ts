import { stat } from 'node:fs/promises'
import path from 'node:path'
import { ChiquitoError, throwIfAborted, type WorkOptions } from '../core/index.js'
import { inFloat32, type Precision, readGiven } from '../export/index.js'
import { requireWritable, writeFileAtomic } from '../files/index.js'
import { modelPath } from './predict.js'

/** Where an exported model is to live: one file for any ONNX runtime, or a folder as the Hugging Face Hub has them. */
export type ExportTarget = 'onnx' | 'huggingface'

export interface ExportOptions extends WorkOptions {
  /** The folder of a run, or a `model.onnx`. */
  readonly model: string
  /** The file to write; with `to: 'huggingface'` the folder. */
  readonly out: string
  /** `onnx` by default. */
  readonly to?: ExportTarget | undefined
  /** `float32` by default. */
  readonly precision?: Precision | undefined
  /** Replace what is there. */
  readonly overwrite?: boolean | undefined
}

export interface ExportResult {
  /** Absolute path of the model that was given. */
  readonly model: string
  /** Absolute path of what was written. */
  readonly out: string
  readonly to: ExportTarget
  readonly precision: Precision
  readonly labels: readonly string[]
  /** Sizes of both files. */
  readonly bytes: { readonly given: number; readonly exported: number }
  readonly seconds: number
}

/**
 * Writes a trained model for another home.
 *
 * @throws `usage` where something lies at `out` already; `model` for a file that is none of ours; `io`; `interrupted`
 */
export async function exportModel(options: ExportOptions): Promise<ExportResult> {
  const started = performance.now()
  const { to = 'onnx', precision = 'float32', out, overwrite = false, signal } = options
  if (to === 'huggingface')
    throw new ChiquitoError(
      'usage',
      'A folder for the Hugging Face Hub cannot be written yet. Leave --to out.',
    )
  if (precision !== 'float32')
    throw new ChiquitoError('usage', `--precision ${precision} is not there yet. Leave it out for float32.`)
  const file = await modelPath(options.model)
  await requireFreeFile(out, file, overwrite)
  const given = await readGiven(file)
  throwIfAborted(signal)
  const bytes = await inFloat32(given, { signal })
  throwIfAborted(signal)
  await writeFileAtomic(out, bytes)
  return {
    model: path.resolve(file),
    out: path.resolve(out),
    to,
    precision,
    labels: given.metadata.labels,
    bytes: { given: given.bytes, exported: bytes.length },
    seconds: (performance.now() - started) / 1000,
  }
}

/** Says before the work begins that the model cannot be put there. @throws `usage`, `io` */
async function requireFreeFile(out: string, model: string, overwrite: boolean): Promise<void> {
  if (!/\.onnx$/i.test(out))
    throw new ChiquitoError(
      'usage',
      `--out must be the name of a file that ends in .onnx, but is ${JSON.stringify(out)}. Give for example ${JSON.stringify(path.join(out, 'model.onnx'))}.`,
    )
  const there = await stat(out).catch(() => undefined)
  if (there?.isDirectory())
    throw new ChiquitoError('usage', `"${out}" is a folder. Give the name of a file for --out.`)
  const own = await stat(model)
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

/** The result for a terminal. */
export function exportText({ out, bytes, precision, seconds }: ExportResult): string {
  return [
    `${precision}: ${megabytes(bytes.exported)} (the model given has ${megabytes(bytes.given)})`,
    '',
    `model   ${out}`,
    `in ${seconds.toFixed(1)} s`,
    '',
  ].join('\n')
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
