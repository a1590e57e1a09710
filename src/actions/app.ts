import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import {
  type BuiltSite,
  buildSite,
  isHashedName,
  isPageFile,
  spoken,
  subjectOf,
  titleOf,
} from '../app/index.js'
import { argumentError, ChiquitoError, messageOf, throwIfAborted, type WorkOptions } from '../core/index.js'
import type { DeviceOptions } from '../engine/index.js'
import { withExplanation } from '../explain/index.js'
import { hasMark, requireFreeFolder, writeFolder } from '../files/index.js'
import { lowestModel, readModel, readModelFile, upgradeModel, writeModel } from '../onnx/index.js'
import { Predictor } from '../predict/index.js'
import { graphDigest, type ModelMetadata, modelMetadataEntries, parseModelMetadata } from '../run/index.js'
import { exportModel } from './export.js'
import type { ExportPhotosOptions } from './export-photos.js'
import { noticeOnce } from './notice-once.js'
import { modelPath } from './predict.js'

export interface AppOptions extends WorkOptions, DeviceOptions, ExportPhotosOptions {
  /** The folder of a run, or a `model.onnx`. */
  readonly model: string
  /** Folder to write. */
  readonly out: string
  /** What the page says of the subject, and of what is none; the labels by default. */
  readonly yes?: string | undefined
  readonly no?: string | undefined
  /** Its title; the subject by default. */
  readonly title?: string | undefined
  /** The folder of the host that it is served from, such as `/photos/`; wherever it is by default. */
  readonly base?: string | undefined
  /** Of the weights; `float16` where no verdict changes by it, by default. */
  readonly precision?: 'float32' | 'float16' | undefined
  /** Replace files of a clone of git. */
  readonly overwrite?: boolean | undefined
}

export interface AppResult {
  /** Absolute paths. */
  readonly model: string
  readonly out: string
  readonly title: string
  readonly labels: readonly string[]
  /** The model's path in `out`. */
  readonly modelFile: string
  readonly version: string
  readonly precision: 'float32' | 'float16' | 'as given'
  /** Whether the page can show what spoke for a verdict. */
  readonly explains: boolean
  /** Bytes that a first visit fetches: as they are, and as gzip makes them. */
  readonly download: { readonly raw: number; readonly compressed: number }
  /** The same where the browser uses WebGPU. */
  readonly gpuDownload: { readonly raw: number; readonly compressed: number }
  readonly notes: readonly string[]
  readonly seconds: number
}

/** The kind that such a folder is marked as. */
const KIND = 'app'

/** Files of one version are written within so many milliseconds. */
const SAME_WRITE_MS = 60_000

/** Longer words would not fit on a phone. */
const LONGEST_WORDS = 80

/**
 * Writes a page that runs a model on the device of whoever opens it: files for any web host.
 *
 * @throws `usage` where something else lies at `out`; `model` for a file that is none of ours; `io`; `interrupted`
 */
export async function makeApp(options: AppOptions): Promise<AppResult> {
  const started = performance.now()
  const { out, signal, progress } = options
  checkWords(options)
  const base = checkedBase(options.base)
  const file = await modelPath(options.model, progress)
  await requireFreeFolder(out, KIND, options.overwrite === true || (await hasMark(out, KIND)))
  // A damaged model must not go out into the world.
  const predictor = await Predictor.open(file, { ...options, notice: noticeOnce(progress) })
  await predictor.close()
  const words = wordsOf(predictor.labels, options)
  const { bytes, precision, notes } = await weightsFor(file, options)
  const { model, metadata, unexplained } = explaining(bytes, file)
  const { labels } = metadata
  const title = options.title ?? titleOf(labels)
  throwIfAborted(signal)
  const site = await buildSite({
    title,
    words,
    subject: subjectOf(labels),
    model,
    base,
  })
  throwIfAborted(signal)
  const before = await pageFiles(out)
  await writeFolder(out, KIND, site.files)
  await removeOld(out, before, site)
  return {
    model: path.resolve(file),
    out: path.resolve(out),
    title,
    labels,
    modelFile: site.model,
    version: site.version,
    precision,
    explains: unexplained === undefined,
    ...(await downloads(site)),
    notes: [...notes, ...(unexplained === undefined ? [] : [`It cannot show why: ${unexplained}.`])],
    seconds: (performance.now() - started) / 1000,
  }
}

/** Words that are shown, or an option that makes no sense. @throws `usage` */
function checkWords({ yes, no, title }: AppOptions): void {
  for (const [name, text] of Object.entries({ yes, no, title }))
    if (text !== undefined && (text.trim() === '' || [...text].length > LONGEST_WORDS))
      throw argumentError(`--${name}`, `1 to ${LONGEST_WORDS} letters`, text)
}

/** @throws `usage` */
function checkedBase(base: string | undefined): string | undefined {
  if (base === undefined) return undefined
  if (!/^\/([\w.~%-]+\/)*$/.test(base) || base.split('/').some(part => part === '..' || part === '.'))
    throw argumentError(
      '--base',
      'the path of a folder on the host, such as /photos/, with "/" at both ends',
      base,
    )
  return base
}

/** Labels in the person's own words. @throws `usage` where there are not two of them */
function wordsOf(labels: readonly string[], { yes, no }: AppOptions): Record<string, string> {
  const subject = subjectOf(labels)
  if (subject === null && (yes !== undefined || no !== undefined))
    throw new ChiquitoError(
      'usage',
      `--yes and --no are for models of two labels; this one has ${labels.length}: ${labels.slice(0, 5).join(', ')}. Leave them out.`,
    )
  return Object.fromEntries(
    labels.map(label => [
      label,
      (label === subject ? yes : subject === null ? undefined : no) ?? spoken(label),
    ]),
  )
}

interface Weights {
  readonly bytes: Uint8Array
  readonly precision: AppResult['precision']
  readonly notes: readonly string[]
}

/** The model file with weights as asked for; with nothing asked for, of 16 bits where the run's photos show that no verdict changes. */
async function weightsFor(file: string, options: AppOptions): Promise<Weights> {
  const { precision } = options
  if (precision === 'float32') return { bytes: await readFile(file), precision, notes: [] }
  if (precision === undefined && (await wasExported(file))) return asGiven(file, undefined)
  const aside = await mkdtemp(path.join(tmpdir(), 'chiquito-app-'))
  try {
    const out = path.join(aside, 'model.onnx')
    const result = await exportModel({ ...options, model: file, out, to: 'onnx', precision: 'float16' })
    if (result.out !== null && result.bytes.exported < result.bytes.given)
      return { bytes: await readFile(out), precision: 'float16', notes: [] }
    if (result.out === null && precision === 'float16')
      throw new ChiquitoError(
        'model',
        `With weights of 16 bits ${result.beside?.changed.length} verdicts change. Leave --precision out.`,
      )
    return asGiven(
      file,
      result.out === null ? 'with 16 bits verdicts on the photos of the run change' : undefined,
    )
  } catch (error) {
    const isUnmeasured = error instanceof ChiquitoError && ['usage', 'data', 'model'].includes(error.code)
    if (precision !== undefined || !isUnmeasured) throw error
    return asGiven(file, `what 16 bits would change was not measured. ${firstSentence(messageOf(error))}`)
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

/** Such a model has the weights that somebody chose. */
async function wasExported(file: string): Promise<boolean> {
  const { metadata, producer } = await readModelFile(file)
  return parseModelMetadata(metadata, file, producer).precision !== undefined
}

function firstSentence(text: string): string {
  return /^[^\n]*?\.(?=\s|$)/.exec(text)?.[0] ?? text
}

async function asGiven(file: string, why: string | undefined): Promise<Weights> {
  const notes = why === undefined ? [] : [`Weights are stored as the model has them: ${why}`]
  return { bytes: await readFile(file), precision: 'as given', notes }
}

/** The model with one more output that says why, where its network allows that. */
function explaining(
  bytes: Uint8Array,
  file: string,
): {
  readonly model: Uint8Array
  readonly metadata: ModelMetadata
  readonly unexplained: string | undefined
} {
  const read = readModel(bytes, file)
  const metadata = parseModelMetadata(read.metadata, file, read.producer)
  const graph = withExplanation(upgradeModel(read).graph)
  if ('why' in graph) return { model: bytes, metadata, unexplained: graph.why }
  const built = lowestModel(graph)
  const own = { ...metadata, graph: graphDigest(built.graph) }
  return {
    model: writeModel({ ...built, metadata: modelMetadataEntries(own) }),
    metadata,
    unexplained: undefined,
  }
}

/** Files of pages from before that lie in a folder: names with the hash of their content. Other people's files may lie beside them. */
async function pageFiles(out: string): Promise<string[]> {
  const names = (await readdir(out).catch(() => [])).filter(isHashedName)
  const own: string[] = []
  for (const name of names) {
    const bytes = await readFile(path.join(out, name)).catch(() => undefined)
    if (bytes && isPageFile(name, bytes)) own.push(name)
  }
  return own
}

/** What pages of the version before still load stays; what was there for older ones goes. */
async function removeOld(out: string, before: readonly string[], { files }: BuiltSite): Promise<void> {
  const old = before.filter(name => !files.has(name))
  const times = await Promise.all(
    old.map(async name => ({ name, time: (await stat(path.join(out, name))).mtimeMs })),
  )
  const [latest] = times.map(({ time }) => time).sort((a, b) => b - a)
  for (const { name, time } of times)
    if (time < latest - SAME_WRITE_MS) await rm(path.join(out, name), { force: true })
}

const shrink = promisify(gzip)

/** What a first visit fetches. */
async function downloads({
  files,
  first,
  gpu,
}: BuiltSite): Promise<Pick<AppResult, 'download' | 'gpuDownload'>> {
  const sizes = new Map<string, { readonly raw: number; readonly compressed: number }>()
  for (const name of new Set([...first, ...gpu])) {
    const content = Buffer.from(files.get(name) ?? '')
    sizes.set(name, { raw: content.length, compressed: (await shrink(content)).length })
  }
  const total = (names: readonly string[]) => ({
    raw: names.reduce((sum, name) => sum + (sizes.get(name)?.raw ?? 0), 0),
    compressed: names.reduce((sum, name) => sum + (sizes.get(name)?.compressed ?? 0), 0),
  })
  const isRuntime = (name: string) => /^ort/.test(name)
  return {
    download: total(first),
    gpuDownload: total([...first.filter(name => !isRuntime(name)), ...gpu]),
  }
}
