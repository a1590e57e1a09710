import { readFile } from 'node:fs/promises'
import { ChiquitoError, type Tensor, throwIfAborted } from '../core/index.js'
import { foldWeights, type Session } from '../engine/index.js'
import { ioError } from '../files/index.js'
import { type Graph, lowestModel, type Model, readModel, upgradeModel, writeModel } from '../onnx/index.js'
import { goldenViews } from '../predict/index.js'
import { graphDigest, type ModelMetadata, modelMetadataEntries, parseModelMetadata } from '../run/index.js'
import { calibrationFacts, goldenAnswer } from '../train/index.js'
import type { Beside, PrecisionFigures } from './beside.js'
import { type Halved, withHalves } from './halves.js'
import type { Precision } from './precision.js'
import { withFewLevels } from './remembered.js'

/** A model file as it was given. */
export interface GivenModel {
  readonly path: string
  readonly bytes: number
  readonly model: Model
  readonly metadata: ModelMetadata
}

/** Reads a model file of ours, as training wrote it. @throws `model` for another one; `io` */
export async function readGiven(path: string): Promise<GivenModel> {
  const bytes = await readFile(path).catch(error => {
    throw ioError(error, 'read', path)
  })
  const read = readModel(bytes, path)
  const metadata = parseModelMetadata(read.metadata, path, read.producer)
  if (metadata.precision)
    throw new ChiquitoError(
      'model',
      `"${path}" was exported itself (${metadata.precision.weights}), so it is no longer what was trained. Give the model.onnx that it was made from.`,
    )
  return { path, bytes: bytes.length, model: upgradeModel(read), metadata }
}

/** A graph in another precision, and what is to be said of that. */
export interface Converted {
  readonly graph: Graph
  readonly notes: readonly string[]
  /** Below which `known` it says "neither", where that had to be found again. */
  readonly threshold?: number | undefined
}

/** With weights of 32 bits, and nothing left to compute from them: the same answers to the bit. */
export async function inFloat32({ model: { graph } }: GivenModel): Promise<Converted> {
  // What photos are compared with is stored in 8 bits, and is as good so.
  return { graph: await foldWeights(graph, { mayGrow: true, leave: ['int8', 'uint8'] }), notes: [] }
}

/** With weights of 16 bits; it computes in 32. */
export async function inFloat16(
  { model: { graph } }: GivenModel,
  signal?: AbortSignal | undefined,
): Promise<Converted> {
  // Also where weights had 16 bits before a factor: apart from it, neither these nor the factors need fewer bytes.
  const folded = await foldWeights(graph, { mayGrow: true, leave: ['int8', 'uint8'] })
  const { graph: halved, elements } = withHalves(folded)
  const notes = [noteOfHalves(graph), noteOfLeft(elements)].filter(note => note !== undefined)
  return { graph: await withFewLevels(halved, signal), notes }
}

/** Said of a model that has many of its weights in 16 bits: it becomes hardly smaller. */
function noteOfHalves({ initializers }: Graph): string | undefined {
  const count = (wanted: readonly Tensor['dtype'][]) =>
    [...initializers.values()].reduce(
      (sum, { dtype, data }) => sum + (wanted.includes(dtype) ? data.length : 0),
      0,
    )
  const part = count(['float16']) / Math.max(1, count(['float16', 'float32']))
  if (part < 0.01) return undefined
  return `The model given has ${percent(part)} of its weights in 16 bits already, those of layers that did not learn: only the others become smaller.`
}

function noteOfLeft({ now, left }: Halved['elements']): string | undefined {
  const part = left / Math.max(1, now + left)
  if (part <= 0.01) return undefined
  return `${percent(part)} of the weights stay in 32 bits: they are too small or too large for 16.`
}

function percent(part: number): string {
  return `${Math.round(100 * part)} %`
}

/** A converted graph as it goes into a file that most runtimes open. */
export function builtOf({ graph }: Converted): Model {
  return lowestModel(graph)
}

/** What the graph of an exported model says of itself. */
export interface Exported {
  readonly given: GivenModel
  readonly built: Model
  readonly precision: Precision
  /** Its own, where it was found again. */
  readonly threshold?: number | undefined
  /** The same in a session. */
  readonly session: Session
  readonly beside?: Beside | undefined
}

/** The file of an exported model: with golden answers of its own, and figures of its own where it was measured. */
export async function exportedFile(
  { given, built, threshold, precision, session, beside }: Exported,
  signal?: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { metadata } = given
  const own: ModelMetadata = {
    ...metadata,
    ...(beside && figuresOf(beside.exported, metadata)),
    abstention: withThreshold(metadata.abstention, threshold),
    graph: graphDigest(built.graph),
    golden: await goldenAnswers(given, session, signal),
    precision: {
      weights: precision,
      from: metadata.graph ?? graphDigest(given.model.graph),
      measured: beside && {
        photos: beside.photos,
        changed: beside.changed.length,
        neitherChanged: beside.neitherChanged,
        largest: beside.largest,
        given: shortFigures(beside.given),
        exported: shortFigures(beside.exported),
      },
    },
  }
  throwIfAborted(signal)
  return writeModel({ ...built, metadata: modelMetadataEntries(own) })
}

function withThreshold(
  abstention: ModelMetadata['abstention'],
  threshold: number | undefined,
): ModelMetadata['abstention'] {
  if (threshold === undefined || !abstention || !('threshold' in abstention)) return abstention
  return { ...abstention, threshold }
}

function figuresOf(
  { accuracy, interval, calibration }: PrecisionFigures,
  given: ModelMetadata,
): Pick<ModelMetadata, 'accuracy' | 'calibration'> {
  return {
    accuracy: { value: accuracy, low: interval[0], high: interval[1] },
    calibration: calibrationFacts(calibration, given.calibration?.fittedOn ?? undefined),
  }
}

function shortFigures({ right, calibration: { ece, logLoss }, neither }: PrecisionFigures) {
  return { right, ece, logLoss, neither }
}

/** The golden photos of the model given, as the exported one answers them. */
async function goldenAnswers(
  { metadata, path }: GivenModel,
  session: Session,
  signal: AbortSignal | undefined,
): Promise<ModelMetadata['golden']> {
  const { golden, labels, view } = metadata
  const views = await goldenViews(metadata, path)
  const answered: ModelMetadata['golden'] = []
  for (const [i, { png }] of golden.entries()) {
    throwIfAborted(signal)
    answered.push({ png, ...(await goldenAnswer(session, views[i], view.size, labels)) })
  }
  return answered
}
