import { expect, it } from 'vitest'
import { asFloat32, float32, RandomStream, type Tensor } from '../../core/index.js'
import { Session } from '../../engine/index.js'
import { GraphBuilder, model } from '../../onnx/index.js'
import { appendLikeness } from './nearness.js'

const blocks = [
  { from: 1, to: 4 },
  { from: 6, to: 11 },
]
const [photos, width, share] = [7, 12, 0.75]

function drawn(count: number, random: RandomStream): number[][] {
  return Array.from({ length: count }, () => Array.from({ length: width }, () => random.uniform(0.1, 1)))
}

/** Blocks of length 1 side by side, the whole of length 1. */
function compared(row: readonly number[]): number[] {
  return blocks.flatMap(({ from, to }) => {
    const block = row.slice(from, to)
    return block.map(value => value / Math.hypot(...block) / Math.sqrt(blocks.length))
  })
}

it('is what is left once most of the mean of the learnt photos is taken away, by cosines alone', async () => {
  const random = RandomStream.fromSeed(3)
  const [learnt, asked] = [drawn(photos, random), drawn(4, random)]
  const bytes = learnt
    .map(compared)
    .map(row => row.map(value => Math.round((value / Math.max(...row)) * 127)))
  const lengths = bytes.map(row => Math.hypot(...row))
  const scales = Float32Array.from(lengths, length => 1 / length / Math.sqrt(blocks.length))
  const rows: Tensor<'int8'> = {
    dtype: 'int8',
    shape: [photos, bytes[0].length],
    data: Int8Array.from(bytes.flat()),
  }
  const builder = new GraphBuilder('likeness')
  const features = builder.input('features', 'float32', ['batch', width])
  const likeness = appendLikeness(builder, features, { blocks, rows, scales })
  builder.output(likeness.cosines, 'cosines')
  builder.output(likeness.centred, 'centred')
  const session = await Session.open(model(builder.build()))
  const answers = await session.run({ features: float32(Float32Array.from(asked.flat()), [4, width]) })
  await session.close()

  const units = bytes.map((row, i) => row.map(value => value / lengths[i]))
  const mean = units[0].map((_, j) => units.reduce((sum, row) => sum + row[j], 0) / photos)
  const less = (row: readonly number[]) => row.map((value, j) => value - share * mean[j])
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, j) => sum + value * b[j], 0)
  const cosine = (a: readonly number[], b: readonly number[]) =>
    dot(a, b) / Math.hypot(...a) / Math.hypot(...b)
  const pairs = asked.flatMap(one => units.map(unit => [compared(one), unit] as const))
  const close = (got: Float32Array, want: readonly number[]) => {
    for (const [i, value] of want.entries()) expect(got[i]).toBeCloseTo(value, 5)
  }
  close(
    asFloat32(answers.cosines, 'cosines').data,
    pairs.map(([a, b]) => dot(a, b)),
  )
  close(
    asFloat32(answers.centred, 'centred').data,
    pairs.map(([a, b]) => cosine(less(a), less(b))),
  )
})
