import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { argmax, ChiquitoError, float32, throwIfAborted, type WorkOptions } from '../core/index.js'
import { type DeviceOptions, Session } from '../engine/index.js'
import { HUB_MODEL, huggingFaceFiles } from '../export/index.js'
import { errorCode, ioError, isRunFolder, requireFreeFolder, writeFolder } from '../files/index.js'
import { readModel } from '../onnx/index.js'
import { goldenViews } from '../predict/index.js'
import { type CardInput, rehomed, renderCard } from '../report/index.js'
import { type ModelMetadata, parseModelMetadata, RunFolder, thresholdIn } from '../run/index.js'
import { type CardSources, cardInput, cardSources } from './model-card.js'

/** The kind that a folder for the Hub is marked as. */
const KIND = 'huggingface'

const CARD = 'MODEL_CARD.md'
const GIT_ATTRIBUTES = '.gitattributes'

/** Larger cards were written by nobody. */
const MAX_CARD_BYTES = 4 * 1024 * 1024

/** How far a probability of a golden photo may be off in the wrapped model: rounding, and no more. */
const MAX_OFF = 1e-4

export function requireFreeHub(out: string, overwrite: boolean): Promise<void> {
  return requireFreeFolder(out, KIND, overwrite)
}

export interface HubOptions extends DeviceOptions, WorkOptions {
  /** Folder to write, checked by {@link requireFreeHub}. */
  readonly out: string
  /** The model given, and the file made of it. */
  readonly file: string
  readonly bytes: Uint8Array
}

/**
 * Lays out a folder that transformers and transformers.js open. The wrapped model is asked about the golden photos first.
 *
 * @returns paths in the folder
 * @throws `model` where the wrapped model answers otherwise; `io`; `interrupted`
 */
export async function writeHub({
  out,
  file,
  bytes,
  progress,
  signal,
  ...device
}: HubOptions): Promise<string[]> {
  const { metadata: entries, producer } = readModel(bytes, file)
  const metadata = parseModelMetadata(entries, file, producer)
  const files = new Map(await huggingFaceFiles(bytes, file, await hubCard(file, metadata, progress)))
  // A clone of the Hub has more in it than is needed here.
  if (await stat(path.join(out, GIT_ATTRIBUTES)).catch(() => undefined)) files.delete(GIT_ATTRIBUTES)
  throwIfAborted(signal)
  const wrapped = files.get(HUB_MODEL)
  if (wrapped instanceof Uint8Array) await askGolden(wrapped, file, metadata, device, signal)
  throwIfAborted(signal)
  await writeFolder(out, KIND, files)
  return [...files.keys()]
}

/** The card of the run, with what a person wrote into it; of a model alone, what it says of itself. */
async function hubCard(
  file: string,
  metadata: ModelMetadata,
  progress: WorkOptions['progress'],
): Promise<string> {
  const folder = path.dirname(path.resolve(file))
  const own = path.basename(file) === 'model.onnx' ? await runOf(folder) : 'none'
  if (typeof own === 'string') {
    const card = path.join(folder, CARD)
    if (own !== 'none' && (await stat(card).catch(() => undefined)))
      progress?.({
        kind: 'notice',
        message: `${own}, so "${card}" is not taken: the card is written anew, from what the model says of itself.`,
      })
    return renderCard(cardInput({ metadata }), 'huggingface')
  }
  const input = cardInput(own)
  const card = (await cardOf(folder)) ?? renderCard(input)
  return rehomed(card, input, { home: 'huggingface', input: withPrecision(input, metadata) })
}

/** What the run in a folder tells of the model in it, or a clause that says why it does not. */
async function runOf(folder: string): Promise<CardSources | string> {
  if (!(await isRunFolder(folder))) return `"${path.join(folder, 'run.json')}" is missing or damaged`
  const sources = await cardSources(await RunFolder.open(folder))
  return isOfOneRun(sources) ? sources : `"${folder}" is the run of another model`
}

/** Whether a model and what its folder recorded come from one training: a model may have been put beside another run's figures. */
function isOfOneRun({ metadata, record, metrics: { evaluation } = {} }: CardSources): boolean {
  const { labels, recipe, seed, accuracy, calibration } = metadata
  const isSame = (one: number | null | undefined, other: number | null | undefined) =>
    typeof one !== 'number' || typeof other !== 'number' || Math.abs(one - other) <= 1e-9
  return (
    (record === undefined ||
      (record.recipe === recipe &&
        record.seed === seed &&
        record.dataset.labels.join('\0') === labels.join('\0'))) &&
    isSame(accuracy?.value, evaluation?.accuracy) &&
    isSame(calibration?.logLoss, evaluation?.logLoss)
  )
}

function withPrecision(input: CardInput, metadata: ModelMetadata): CardInput {
  const { precision } = metadata
  if (!precision) return input
  const { weights, measured } = precision
  const model = {
    ...input.model,
    threshold: thresholdIn(metadata),
    precision: { weights, photos: measured?.photos, changed: measured?.changed },
  }
  return { ...input, model }
}

async function cardOf(folder: string): Promise<string | undefined> {
  const file = path.join(folder, CARD)
  try {
    const { size } = await stat(file)
    if (size > MAX_CARD_BYTES)
      throw new ChiquitoError(
        'data',
        `"${file}" has ${size} bytes, more than any model card (${MAX_CARD_BYTES}). Remove it, and it is written anew.`,
      )
    return await readFile(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw ioError(error, 'read', file)
  }
}

/** @throws `model` where a verdict or a probability is another one */
async function askGolden(
  wrapped: Uint8Array,
  file: string,
  metadata: ModelMetadata,
  device: DeviceOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { golden, labels, view } = metadata
  const { size } = view
  const views = await goldenViews(metadata, file)
  const session = await Session.open(wrapped, { ...device, name: 'the model for pipelines' })
  try {
    for (const [i, { probabilities: expected }] of golden.entries()) {
      throwIfAborted(signal)
      const data = views[i]
      const planes = new Float32Array(data.length)
      for (let p = 0; p < size * size; p++)
        for (let c = 0; c < 3; c++) planes[c * size * size + p] = data[p * 3 + c]
      const answer = await session.run({ pixel_values: float32(planes, [1, 3, size, size]) }, [
        'probabilities',
      ])
      const got = Array.from(answer.probabilities.data, Number)
      const off = Math.max(...expected.map((value, k) => Math.abs(value - got[k])))
      if (off <= MAX_OFF && argmax(got) === argmax(expected)) continue
      throw new ChiquitoError(
        'model',
        `As pipelines take it, the model calls golden photo ${i + 1} "${labels[argmax(got)]}", its probabilities up to ${off.toPrecision(2)} off. ` +
          'Nothing was written. Please report this.',
      )
    }
  } finally {
    await session.close()
  }
}
