import { type Backbone, type FeatureSpec, featureWidth } from '../../backbones/index.js'
import {
  argmax,
  asFloat32,
  float32,
  RandomStream,
  type Tensor,
  throwIfAborted,
  toSteps,
} from '../../core/index.js'
import type { Photo } from '../../dataset/index.js'
import { type DeviceOptions, Session } from '../../engine/index.js'
import { GraphBuilder, model } from '../../onnx/index.js'
import type { LayersBefore } from './before.js'
import { calibrate, leastPhotos, type Witness } from './calibrate.js'
import {
  type ComparedColumns,
  DEFAULT_COVERAGE,
  type KnownPhotos,
  NEIGHBOURS,
  type Unknowing,
} from './known.js'
import { type Looks, type OtherThings, partOf, some } from './looks.js'
import { appendLikeness } from './nearness.js'
import { measured, toldApart } from './others.js'
import { type Likeness, togetherOf } from './together.js'

/** Photos a model keeps to compare with: 2.5 MB of EfficientNet's features at most. More say little more (docs/decisions/0068). */
const mostKept = 1000
/** Photos that new ones are ranked among. */
const mostRanked = 2000
/** Rows compared in one run. */
const batch = 256

export interface RememberOptions extends DeviceOptions {
  readonly backbone: Backbone
  /** What the features are. */
  readonly spec: FeatureSpec
  /** Whether they are of layers before they were tuned: photos are then compared through these. */
  readonly before?: LayersBefore | undefined
  /** Whether layers that they come from have learnt from the photos, too. */
  readonly isTuned: boolean
  readonly classes: number
  readonly seed: number
  /** The share of true photos that is to be answered. */
  readonly coverage?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Photos learnt from. */
  readonly learnt: Looks
  /**
   * Photos that new ones are ranked among, with probabilities [photo][class] from a fit without them, or `isOverSure`. Those
   * learnt from are never compared with themselves, nor with photos that belong to them.
   */
  readonly ranked: Looks & {
    readonly by: 'train' | 'valid'
    readonly probabilities: readonly (readonly number[])[]
    /** The network has learnt from these photos: how sure it is of them says nothing. */
    readonly isOverSure?: boolean | undefined
  }
  /** How photos that belong together are found, beside exact copies. */
  readonly likeness?: Likeness | undefined
  /** Photos of other things, to be "neither". */
  readonly others?: OtherThings | undefined
}

/** What a classifier knows its photos by. */
export async function remember(options: RememberOptions): Promise<KnownPhotos | Unknowing> {
  const known = await knownBy(options)
  return options.others ? { ...known, unreadableOthers: options.others.unreadable } : known
}

async function knownBy(options: RememberOptions): Promise<KnownPhotos | Unknowing> {
  const { before, classes, seed, coverage = DEFAULT_COVERAGE, learnt, ranked, signal } = options
  const blocks = blocksOf(options)
  const least = leastPhotos(coverage)
  if (ranked.photos.length < least)
    return {
      why: `${ranked.photos.length} photos are too few to find a threshold by: a coverage of ${coverage} needs ${least}.`,
    }
  const random = RandomStream.fromSeed(seed).fork('known')
  const kept = some(learnt.photos.length, mostKept, random.fork('kept'))
  const packed = { blocks, ...inBytes(unitRows(learnt, kept, blocks), kept.length) }
  const asked = some(ranked.photos.length, mostRanked, random.fork('ranked'))
  const groupOf = await groupsOf(options, kept, asked)
  const owners = kept.map(i => groupOf(learnt.photos[i]))
  const told = await toldApart(options, asked, random.fork('background'))
  const witnesses: Witness[] = []
  const session = await openLikeness(packed, ranked.width, options)
  try {
    for (let from = 0; from < asked.length; from += batch) {
      throwIfAborted(signal)
      const part = asked.slice(from, from + batch)
      const likeness = await likenessOf(session, ranked, part)
      for (const [i, photo] of part.entries()) {
        const own = groupOf(ranked.photos[photo])
        const nearness = (all: Float32Array) =>
          nearnessOf(all.subarray(i * kept.length, (i + 1) * kept.length), j => owners[j] !== own)
        const probabilities = ranked.probabilities[photo]
        const taken = argmax(probabilities)
        witnesses.push({
          near: nearness(likeness.cosines),
          centred: nearness(likeness.centred),
          // What was learnt from is always sure: then all are ranked alike by that.
          sure: ranked.isOverSure ? 0 : probabilities[taken],
          taken,
          odds: told?.odds[from + i],
        })
      }
    }
  } finally {
    await session.close()
  }
  const calibration = calibrate(witnesses, { by: ranked.by, classes, least, oddsTail: told?.background.tail })
  const known: KnownPhotos = { coverage, before, ...packed, calibration, background: told?.background }
  return told ? measured(known, told.background, options) : known
}

/** The group of a photo: none vouches for another of its own. */
async function groupsOf(
  { learnt, ranked, likeness }: RememberOptions,
  kept: readonly number[],
  asked: readonly number[],
): Promise<(photo: Photo) => number | undefined> {
  const photos = new Map<string, Photo>()
  for (const i of kept) photos.set(learnt.photos[i].path, learnt.photos[i])
  for (const i of asked) photos.set(ranked.photos[i].path, ranked.photos[i])
  const groups = await togetherOf([...photos.values()], likeness)
  const numbers = new Map([...photos.keys()].map((path, i) => [path, groups[i]]))
  return ({ path }) => numbers.get(path)
}

/**
 * What photos are compared by: means of the last layer, which come first. Of a network whose last layers were fine-tuned, what
 * is pooled of each layer that the head reads: tuning draws foreign things to the classes there, less so further down.
 */
function blocksOf({ backbone, spec, isTuned }: RememberOptions): ComparedColumns[] {
  const layers = isTuned ? spec.layers : spec.layers.slice(0, 1)
  const pooled = layers.flatMap(({ name, pools }) => pools.map(pool => ({ name, pools: [pool] })))
  let from = 0
  return pooled.map(layer => {
    const to = from + featureWidth(backbone, { layers: [layer] })
    const columns = { from, to }
    from = to
    return columns
  })
}

/** Rows whose blocks have length 1 each, divided by the number of blocks: products with such rows are mean cosines. */
function unitRows(
  { rows, width }: Looks,
  which: readonly number[],
  blocks: readonly ComparedColumns[],
): Float32Array {
  const compared = blocks.reduce((sum, { from, to }) => sum + to - from, 0)
  const out = new Float32Array(which.length * compared)
  let at = 0
  for (const photo of which)
    for (const { from, to } of blocks) {
      const [start, end] = [photo * width + from, photo * width + to]
      let squares = 0
      for (let j = start; j < end; j++) squares += rows[j] * rows[j]
      const scale = squares > 0 ? 1 / (Math.sqrt(squares) * blocks.length) : 0
      for (let j = start; j < end; j++) out[at++] = rows[j] * scale
    }
  return out
}

function inBytes(rows: Float32Array, count: number): { rows: Tensor<'int8'>; scales: Float32Array } {
  const width = rows.length / count
  const data = new Int8Array(rows.length)
  const scales = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    const [start, end] = [i * width, (i + 1) * width]
    scales[i] = toSteps(rows.subarray(start, end), data.subarray(start, end))
  }
  return { rows: { dtype: 'int8', shape: [count, width], data }, scales }
}

async function openLikeness(
  packed: Pick<KnownPhotos, 'blocks' | 'rows' | 'scales'>,
  width: number,
  options: DeviceOptions,
): Promise<Session> {
  const builder = new GraphBuilder('likeness')
  const features = builder.input('features', 'float32', ['batch', width])
  const { cosines, centred } = appendLikeness(builder, features, packed)
  builder.output(cosines, 'cosines')
  builder.output(centred, 'centred')
  return Session.open(model(builder.build()), options)
}

async function likenessOf(session: Session, looks: Looks, which: readonly number[]) {
  const { rows, width } = partOf(looks, which)
  const { cosines, centred } = await session.run({ features: float32(rows, [which.length, width]) })
  return { cosines: asFloat32(cosines, 'cosines').data, centred: asFloat32(centred, 'centred').data }
}

/** Mean of the largest cosines. */
function nearnessOf(row: Float32Array, counts: (learnt: number) => boolean): number {
  const top: number[] = []
  for (let j = 0; j < row.length; j++) {
    if (!counts(j) || (top.length === NEIGHBOURS && row[j] <= top[NEIGHBOURS - 1])) continue
    top.push(row[j])
    top.sort((a, b) => b - a)
    if (top.length > NEIGHBOURS) top.pop()
  }
  return top.length === 0 ? 0 : top.reduce((sum, one) => sum + one, 0) / top.length
}
