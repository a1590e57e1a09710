import {
  asFloat32,
  ChiquitoError,
  plural,
  RandomStream,
  type Tensor,
  throwIfAborted,
  uint8,
  type WorkOptions,
} from '../../core/index.js'
import { type DeviceOptions, foldWeights, Session } from '../../engine/index.js'
import { softmaxRows } from '../../evaluate/index.js'
import { foldBatchNorm, type Graph, inferTypes, model, readAttributes, type Value } from '../../onnx/index.js'
import { noneRead, type Refused } from '../../predict/index.js'
import { thresholdIn } from '../../run/index.js'
import { isPhotosFault } from '../../train/index.js'
import type { LabelledPhoto, LabelledPhotos } from '../beside.js'
import { viewOf } from '../beside.js'
import type { Converted, GivenModel } from '../convert.js'
import { withFewLevels } from '../remembered.js'
import { type Neighbours, neighboursOf, type Renewed, renewNeighbours, scalesName } from './neighbours.js'
import { planOf } from './plan.js'
import { observe, rangeFrom } from './ranges.js'
import { inBytes } from './rewrite.js'
import { knownWithoutOwn, sameShare } from './threshold.js'

/** Photos that ranges are taken from, spread over the classes. */
const calibrationPhotos = 128

export interface Int8Options extends WorkOptions, DeviceOptions {
  /** The photos learnt from. */
  readonly learnt: LabelledPhotos
}

/**
 * With convolutions and linear layers in 8 bits: bytes from 0 to 255 between them, weights from -127 to 127 by output. The ranges come from photos
 * learnt from; so do the biases' corrections, and the remembered photos as the network in 8 bits sees them.
 *
 * @throws `model` where nothing can be computed in 8 bits; `data` where no photo learnt from can be read
 */
export async function inInt8(given: GivenModel, options: Int8Options): Promise<Converted> {
  const { learnt, progress, signal, ...device } = options
  const { labels, view: rule, seed } = given.metadata
  const folded = await foldWeights(foldBatchNorm(given.model.graph), {
    mayGrow: true,
    leave: ['int8', 'uint8'],
  })
  const plan = planOf(folded)
  if (plan.layers.size === 0)
    throw new ChiquitoError(
      'model',
      `"${given.path}" has no convolution and no linear layer of fixed weights before its last one, so nothing of it can be computed in 8 bits. Take --precision float16.`,
    )
  const view = async (photo: LabelledPhoto) => {
    const data = await viewOf(photo, learnt.root, rule)
    return { pixels: uint8(data, [1, rule.size, rule.size, 3]) }
  }
  const random = RandomStream.fromSeed(seed).fork('int8')
  const { drawn, lost } = await readable(spread(learnt.photos, labels.length, random), view, signal)
  if (drawn.length === 0)
    throw noneRead(
      lost,
      `learnt from in "${learnt.root}" that ranges of 8 bits are taken from`,
      'Give the folder that they were moved to with --photos.',
    )
  const task = 'ranges of 8 bits'
  progress?.({ kind: 'start', task, total: 2 * drawn.length })
  const seen = await observe(
    plan.graph,
    plan.rounded,
    drawn.map(({ feeds }) => feeds),
    { ...device, signal, each: done => progress?.({ kind: 'advance', task, done, total: 2 * drawn.length }) },
  )
  progress?.({ kind: 'end', task })
  const ranges = new Map([...seen].map(([value, observed]) => [value, rangeFrom(observed)]))
  const rounded = inferTypes(inBytes(plan, { ranges, seen }))
  return finished(
    { given: folded, rounded, calibrating: new Set(drawn.map(({ photo }) => photo)), view },
    given,
    options,
  )
}

/** As many photos of each class as there are, in turns, up to those that are wanted. */
function spread(photos: readonly LabelledPhoto[], classes: number, random: RandomStream): LabelledPhoto[] {
  const shuffled = random.shuffle([...photos])
  const byClass = Array.from({ length: classes }, (_, k) => shuffled.filter(({ label }) => label === k))
  const most = Math.max(0, ...byClass.map(({ length }) => length))
  return Array.from({ length: most }, (_, turn) => byClass.flatMap(own => own[turn] ?? []))
    .flat()
    .slice(0, calibrationPhotos)
}

type View = (photo: LabelledPhoto) => Promise<Record<string, Tensor>>

/** What is fed for each photo that can be read. */
async function readable(photos: readonly LabelledPhoto[], view: View, signal: AbortSignal | undefined) {
  const drawn: { readonly photo: LabelledPhoto; readonly feeds: Record<string, Tensor> }[] = []
  const lost: Refused[] = []
  for (const photo of photos) {
    throwIfAborted(signal)
    try {
      drawn.push({ photo, feeds: await view(photo) })
    } catch (error) {
      if (!isPhotosFault(error)) throw error
      lost.push({ path: photo.path, reason: error.message.replace(`${photo.path}: `, '') })
    }
  }
  return { drawn, lost }
}

interface Both {
  readonly given: Graph
  readonly rounded: Graph
  /** Photos whose logits are to be right on average. */
  readonly calibrating: ReadonlySet<LabelledPhoto>
  readonly view: View
}

/** Photos learnt from, seen by both networks: their logits are brought to the same mean, and the remembered photos seen anew. */
async function finished(both: Both, { metadata }: GivenModel, options: Int8Options): Promise<Converted> {
  const neighbours = neighboursOf(both.given)
  const photos = neighbours ? options.learnt.photos : [...both.calibrating]
  const { seen, shifts, missing } = await seenByBoth(both, photos, neighbours, options)
  const shifted = withShiftedLogits(both.rounded, shifts)
  const notes = missing > 0 ? [`${plural(missing, 'photo')} learnt from can no longer be read.`] : []
  if (!neighbours) return { graph: shifted, notes }
  const of = ({ values }: Answers) => values.get(neighbours.compared) ?? new Float32Array(0)
  const compared = seen.map(([given, rounded]) => ({ given: of(given), rounded: of(rounded) }))
  const renewed = await renewNeighbours(shifted, neighbours, compared, options.signal)
  if (renewed.renewed < renewed.of)
    notes.push(
      `${renewed.of - renewed.renewed} of the ${renewed.of} photos that "neither" is decided by were not found: they stay as the model given saw them.`,
    )
  const graph = await withFewLevels(renewed.graph, options.signal)
  const before = thresholdIn(metadata)
  if (before === undefined) return { graph, notes }
  const moved = shifted === both.rounded ? seen : seen.map(([a, b]) => [a, shiftedBy(b, shifts)] as const)
  const threshold = await renewedThreshold(both.given, { ...renewed, graph }, moved, before, options)
  if (threshold !== before)
    notes.push(
      `"Neither" is said where known is below ${threshold}, not ${before}: then it is said of as many photos learnt from, each compared with the others alone, as by the model given.`,
    )
  return { graph, notes, threshold }
}

function shiftedBy(answers: Answers, shifts: Float64Array): Answers {
  const logits = answers.logits.map((logit, k) => logit + shifts[k])
  const [probabilities] = softmaxRows([Array.from(logits)])
  const values = new Map(answers.values).set('probabilities', Float32Array.from(probabilities))
  return { logits, values }
}

async function renewedThreshold(
  given: Graph,
  { graph, rowOf }: Renewed,
  seen: readonly (readonly [Answers, Answers])[],
  threshold: number,
  { device, threads, signal }: Int8Options,
): Promise<number> {
  const [before, after] = await Promise.all(
    [given, graph].map((one, which) => {
      const values = asFloat32(one.initializers.get(scalesName), scalesName).data
      const photos = seen.map((pair, i) => ({ ...pair[which], row: rowOf.get(i) }))
      return knownWithoutOwn(one, photos, { name: scalesName, values }, { device, threads, signal })
    }),
  )
  return before && after ? sameShare(before, after, threshold) : threshold
}

/** What a network says of a photo learnt from. */
interface Answers {
  readonly logits: Float32Array
  /** What `known` is made of; empty where no photos are remembered. */
  readonly values: ReadonlyMap<Value, Float32Array>
}

async function seenByBoth(
  { given, rounded, calibrating, view }: Both,
  photos: readonly LabelledPhoto[],
  neighbours: Neighbours | undefined,
  { progress, signal, learnt: _, ...device }: Int8Options,
) {
  const wanted = neighbours ? ['probabilities', neighbours.compared, ...neighbours.others] : []
  const sessions = [await openFor(given, wanted, device), await openFor(rounded, wanted, device)] as const
  const seen: (readonly [Answers, Answers])[] = []
  let shifts = new Float64Array(0)
  let counted = 0
  const task = 'photos learnt from, in 8 bits'
  progress?.({ kind: 'start', task, total: photos.length })
  try {
    for (const [i, photo] of photos.entries()) {
      throwIfAborted(signal)
      const feeds = await view(photo).catch(error => {
        if (!isPhotosFault(error)) throw error
      })
      if (feeds) {
        const [a, b] = [
          await answersOf(sessions[0], feeds, wanted),
          await answersOf(sessions[1], feeds, wanted),
        ]
        seen.push([a, b])
        if (calibrating.has(photo)) {
          if (counted++ === 0) shifts = new Float64Array(a.logits.length)
          for (let k = 0; k < shifts.length; k++) shifts[k] += a.logits[k] - b.logits[k]
        }
      }
      progress?.({ kind: 'advance', task, done: i + 1, total: photos.length })
    }
  } finally {
    for (const session of sessions) await session.close()
  }
  progress?.({ kind: 'end', task })
  return {
    seen,
    shifts: shifts.map(sum => sum / Math.max(1, counted)),
    missing: photos.length - seen.length,
  }
}

async function answersOf(
  session: Session,
  feeds: Readonly<Record<string, Tensor>>,
  wanted: readonly Value[],
): Promise<Answers> {
  const answers = await session.run(feeds)
  const of = (name: string) => asFloat32(answers[name], name).data
  return { logits: of('logits'), values: new Map(wanted.map(name => [name, of(name)])) }
}

function openFor(graph: Graph, wanted: readonly Value[], device: DeviceOptions): Promise<Session> {
  const type = (value: Value) =>
    graph.outputs.get(value) ?? graph.types.get(value) ?? { dtype: 'float32' as const }
  const outputs = new Map(['logits', ...wanted].map(value => [value, type(value)] as const))
  return Session.open(model({ ...graph, outputs }), device)
}

/** Adds numbers to logits, in the bias of the layer that they come from; where they come from anything else they stay. */
function withShiftedLogits(graph: Graph, shifts: Float64Array): Graph {
  const last = graph.nodes.find(({ outputs }) => outputs.includes('logits'))
  if (last?.op !== 'Gemm' || last.domain !== '' || !last.inputs[2]) return graph
  const name = last.inputs[2]
  const bias = graph.initializers.get(name)
  const isAlone = graph.nodes.filter(({ inputs }) => inputs.includes(name)).length === 1
  const { beta } = readAttributes('Gemm', last)
  if (bias?.dtype !== 'float32' || bias.data.length !== shifts.length || !isAlone || beta !== 1) return graph
  const data = bias.data.map((one, k) => one + shifts[k])
  return { ...graph, initializers: new Map(graph.initializers).set(name, { ...bias, data }) }
}
