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
import { foldBatchNorm, type Graph, inferTypes, model, readAttributes, type Value } from '../../onnx/index.js'
import { isPhotosFault } from '../../train/index.js'
import type { LabelledPhoto, LabelledPhotos } from '../beside.js'
import { viewOf } from '../beside.js'
import type { Converted, GivenModel } from '../convert.js'
import { type ComparedPhoto, neighboursOf, renewNeighbours } from './neighbours.js'
import { planOf } from './plan.js'
import { observe, rangeFrom } from './ranges.js'
import { inBytes } from './rewrite.js'

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
  const drawn = await readable(spread(learnt.photos, labels.length, random), view)
  if (drawn.length === 0)
    throw new ChiquitoError(
      'data',
      `None of the ${plural(learnt.photos.length, 'photo')} learnt from can be read in "${learnt.root}", and the ranges of 8 bits are taken from those. ` +
        'Give the folder that they were moved to with --photos.',
    )
  const task = 'ranges of 8 bits'
  progress?.({ kind: 'start', task, total: 2 * drawn.length })
  const seen = await observe(
    plan.graph,
    plan.rounded,
    drawn.map(photo => () => view(photo)),
    { ...device, signal, each: done => progress?.({ kind: 'advance', task, done, total: 2 * drawn.length }) },
  )
  progress?.({ kind: 'end', task })
  const ranges = new Map([...seen].map(([value, observed]) => [value, rangeFrom(observed, 'error')]))
  const rounded = inferTypes(inBytes(plan, { ranges, seen }))
  return finished({ given: folded, rounded, calibrating: new Set(drawn), view }, options)
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

async function readable(photos: readonly LabelledPhoto[], view: View): Promise<LabelledPhoto[]> {
  const found: LabelledPhoto[] = []
  for (const photo of photos)
    try {
      await view(photo)
      found.push(photo)
    } catch (error) {
      if (!isPhotosFault(error)) throw error
    }
  return found
}

interface Both {
  readonly given: Graph
  readonly rounded: Graph
  /** Photos whose logits are to be right on average. */
  readonly calibrating: ReadonlySet<LabelledPhoto>
  readonly view: View
}

/** Photos learnt from, seen by both networks: their logits are brought to the same mean, and the remembered photos seen anew. */
async function finished(both: Both, options: Int8Options): Promise<Converted> {
  const neighbours = neighboursOf(both.given)
  const photos = neighbours ? options.learnt.photos : [...both.calibrating]
  const { compared, shifts, missing } = await seenByBoth(both, photos, neighbours?.compared, options)
  const shifted = withShiftedLogits(both.rounded, shifts)
  const notes = missing > 0 ? [`${plural(missing, 'photo')} learnt from can no longer be read.`] : []
  if (!neighbours) return { graph: shifted, notes }
  const { graph, renewed, of } = renewNeighbours(shifted, neighbours, compared)
  if (renewed < of)
    notes.push(
      `${of - renewed} of the ${of} photos that "neither" is decided by were not found: they stay as the model given saw them.`,
    )
  return { graph, notes }
}

async function seenByBoth(
  { given, rounded, calibrating, view }: Both,
  photos: readonly LabelledPhoto[],
  compared: Value | undefined,
  { progress, signal, learnt: _, ...device }: Int8Options,
) {
  const wanted = ['logits', ...(compared === undefined ? [] : [compared])]
  const sessions = [await openFor(given, wanted, device), await openFor(rounded, wanted, device)]
  const found: ComparedPhoto[] = []
  let shifts = new Float64Array(0)
  let counted = 0
  let missing = 0
  const task = 'photos learnt from, in 8 bits'
  progress?.({ kind: 'start', task, total: photos.length })
  try {
    for (const [i, photo] of photos.entries()) {
      throwIfAborted(signal)
      try {
        const feeds = await view(photo)
        const [a, b] = [await sessions[0].run(feeds, wanted), await sessions[1].run(feeds, wanted)]
        if (compared !== undefined)
          found.push({
            given: asFloat32(a[compared], compared).data,
            rounded: asFloat32(b[compared], compared).data,
          })
        if (calibrating.has(photo)) {
          const [before, after] = [asFloat32(a.logits, 'logits').data, asFloat32(b.logits, 'logits').data]
          if (shifts.length === 0) shifts = new Float64Array(before.length)
          for (let k = 0; k < before.length; k++) shifts[k] += before[k] - after[k]
          counted++
        }
      } catch (error) {
        if (!isPhotosFault(error)) throw error
        missing++
      }
      progress?.({ kind: 'advance', task, done: i + 1, total: photos.length })
    }
  } finally {
    for (const session of sessions) await session.close()
  }
  progress?.({ kind: 'end', task })
  return { compared: found, shifts: shifts.map(sum => sum / Math.max(1, counted)), missing }
}

function openFor(graph: Graph, values: readonly Value[], device: DeviceOptions): Promise<Session> {
  const type = (value: Value) =>
    graph.outputs.get(value) ?? graph.types.get(value) ?? { dtype: 'float32' as const }
  return Session.open(
    model({ ...graph, outputs: new Map(values.map(value => [value, type(value)] as const)) }),
    device,
  )
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
