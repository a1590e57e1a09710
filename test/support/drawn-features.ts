// Photos as numbers: features drawn around a direction for each class, as a network would see photos, and what a classifier says of them.
import { asFloat32, float32, type RandomStream } from '../../src/core/index.js'
import type { Photo } from '../../src/dataset/index.js'
import { Session } from '../../src/engine/index.js'
import { GraphBuilder, model } from '../../src/onnx/index.js'
import { appendKnown } from '../../src/train/known/graph.js'
import { type KnownPhotos, type Looks, remember } from '../../src/train/known/index.js'
import { tinyBackbone } from './tiny-backbone.js'

/** Numbers of `tinyBackbone`'s last layer. */
export const WIDTH = 16

export interface DrawnPhotos extends Looks {
  readonly probabilities: readonly (readonly number[])[]
}

/** How photos of one kind spread around a direction of their own. */
export interface Kind {
  readonly direction: readonly number[]
  readonly spread: number
}

export function kind(random: RandomStream, spread = 0.6): Kind {
  return { direction: Array.from({ length: WIDTH }, () => random.normal()), spread }
}

/** So many photos of each kind, in their order; a kind that is no class (label -1) is taken for any. */
export function drawPhotos(
  kinds: readonly { readonly kind: Kind; readonly count: number; readonly label: number }[],
  classes: number,
  random: RandomStream,
  name: string,
): DrawnPhotos {
  const photos: Photo[] = []
  const rows: number[] = []
  const probabilities: number[][] = []
  for (const { kind, count, label } of kinds)
    for (let i = 0; i < count; i++) {
      const path = `${name}/${label}/${photos.length}.jpg`
      photos.push({ path, label: Math.max(label, 0), split: 'train', bytes: 1, sha256: path })
      rows.push(...kind.direction.map(value => value + kind.spread * random.normal()))
      const own = label < 0 ? random.integer(classes) : label
      const logits = Array.from({ length: classes }, (_, k) => random.normal() + (k === own ? 5 : 0))
      const all = logits.reduce((sum, one) => sum + Math.exp(one), 0)
      probabilities.push(logits.map(one => Math.exp(one) / all))
    }
  return { photos, rows: Float32Array.from(rows), width: WIDTH, probabilities }
}

type Remember = Parameters<typeof remember>[0]

/** What a classifier of these photos knows them by. */
export async function knownOf(
  learnt: DrawnPhotos,
  classes: number,
  options: Partial<Remember> = {},
): Promise<KnownPhotos> {
  const known = await remember({
    backbone: tinyBackbone(),
    spec: { layers: [{ name: 'top', pools: ['avg'] }] },
    isTuned: false,
    threads: 1,
    classes,
    seed: 1,
    learnt,
    ranked: { ...learnt, by: 'train' },
    ...options,
  })
  if ('why' in known) throw new Error(known.why)
  return known
}

/** How familiar photos are, by the graph that a model carries. */
export async function familiarityOf(known: KnownPhotos, photos: DrawnPhotos): Promise<number[]> {
  const count = photos.photos.length
  const classes = photos.probabilities[0].length
  const builder = new GraphBuilder('known')
  const features = builder.input('features', 'float32', [count, photos.width])
  const said = builder.input('probabilities', 'float32', [count, classes])
  builder.output(appendKnown(builder, features, said, known), 'known')
  const session = await Session.open(model(builder.build()), { threads: 1 })
  try {
    const answers = await session.run({
      features: float32(photos.rows, [count, photos.width]),
      probabilities: float32(Float32Array.from(photos.probabilities.flat()), [count, classes]),
    })
    return Array.from(asFloat32(answers.known, 'known').data)
  } finally {
    await session.close()
  }
}

/** The share of photos that reach the threshold. */
export function answered(familiarity: readonly number[], threshold = 0.05): number {
  return familiarity.filter(one => one >= threshold).length / familiarity.length
}
