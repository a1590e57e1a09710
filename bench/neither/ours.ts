import type { Backbone } from '../../src/backbones/index.js'
import { asFloat32, float32 } from '../../src/core/index.js'
import type { Photo } from '../../src/dataset/index.js'
import { Session } from '../../src/engine/index.js'
import { softmaxRows } from '../../src/evaluate/index.js'
import { GraphBuilder, model } from '../../src/onnx/index.js'
import { autoSpec } from '../../src/train/index.js'
import {
  appendFamiliarity,
  appendKnown,
  isKnowing,
  type KnownPhotos,
  remember,
} from '../../src/train/known/index.js'
import type { Score } from './distances.js'
import { flat, type Head } from './head.js'

const threads = 2

/** What the product says of each photo of a group. */
export interface Ours {
  /** The score that is ranked: higher is more familiar. */
  readonly familiarity: Score
  /** The model file's output. */
  readonly known: Score
}

/** The product's own "neither" behind a head, of each group asked: what a model of a frozen trunk has in its graph. */
export async function ours(
  backbone: Backbone,
  learnt: readonly Photo[],
  groups: readonly (readonly Float32Array[])[],
  { outOfFold, answers }: Pick<Head, 'outOfFold' | 'answers'>,
): Promise<Ours[]> {
  const width = groups[0][0].length
  const looks = { photos: learnt, rows: flat(groups[0]), width }
  const known = await remember({
    backbone,
    spec: autoSpec(backbone),
    isTuned: false,
    classes: outOfFold[0].length,
    seed: 0,
    learnt: looks,
    ranked: { ...looks, by: 'train', probabilities: softmaxRows(outOfFold) },
    threads,
  })
  if (!isKnowing(known)) throw new Error(known.why)
  const said: Ours[] = []
  for (const [g, rows] of groups.entries())
    if (g > 0) said.push(await sayings(known, rows, softmaxRows(answers[g].logits)))
  return said
}

async function sayings(
  known: KnownPhotos,
  rows: readonly Float32Array[],
  probabilities: readonly (readonly number[])[],
): Promise<Ours> {
  const saidBy = async (append: typeof appendKnown) => {
    const builder = new GraphBuilder('neither')
    const shapes = {
      features: [rows.length, rows[0].length],
      said: [rows.length, probabilities[0].length],
    }
    const features = builder.input('features', 'float32', shapes.features)
    const said = builder.input('said', 'float32', shapes.said)
    builder.output(append(builder, features, said, known), 'out')
    const session = await Session.open(model(builder.build()), { threads })
    try {
      const { out } = await session.run({
        features: float32(flat(rows), shapes.features),
        said: float32(Float32Array.from(probabilities.flat()), shapes.said),
      })
      return Array.from(asFloat32(out, 'out').data)
    } finally {
      await session.close()
    }
  }
  return { familiarity: await saidBy(appendFamiliarity), known: await saidBy(appendKnown) }
}
