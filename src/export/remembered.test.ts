import { describe, expect, it } from 'vitest'
import { asFloat32, float32, RandomStream, type Tensor } from '../core/index.js'
import { Session } from '../engine/index.js'
import { type Graph, GraphBuilder, lowestModel, model } from '../onnx/index.js'
import { withFewLevels } from './remembered.js'

const photos = 60
const width = 400

type Kind = 'not below 0' | 'signed' | 'nearly alike' | 'all as near'

/** Rows of length 1, most numbers of which are small, as pooled features are; some photos are more like the rest than others. */
function features(seed: number, kind: Kind): Float32Array {
  const random = RandomStream.fromSeed(seed)
  const kinds = Float32Array.from({ length: width }, () => random.normal())
  const data = Float32Array.from({ length: photos * width }, (_, at) => {
    const photo = Math.floor(at / width) / photos
    const value = (kind === 'all as near' ? 0.5 : photo) * kinds[at % width] + random.normal()
    if (kind === 'nearly alike') return 50 + value
    return kind === 'not below 0' ? value ** 2 : value
  })
  for (let i = 0; i < photos; i++) {
    const row = data.subarray(i * width, (i + 1) * width)
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
    for (let j = 0; j < width; j++) row[j] /= length
  }
  return data
}

function graphOf(rows: Float32Array, columns = width): Graph {
  const b = new GraphBuilder('known')
  const count = rows.length / columns
  const scales = Float32Array.from({ length: count }, (_, i) => {
    const row = rows.subarray(i * columns, (i + 1) * columns)
    return row.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127
  })
  const data = Int8Array.from(rows, (value, at) => Math.round(value / scales[Math.floor(at / columns)]))
  const stored: Tensor = { dtype: 'int8', shape: [count, columns], data }
  const learnt = b.op('Cast', [b.initializer('known.photos', stored)], { to: 'float32' })
  const products = b.op('Gemm', [b.input('x', 'float32', ['batch', columns]), learnt], { transB: 1 })
  const scale = b.initializer('known.scales', float32(scales, [1, count]))
  b.output(b.op('Mul', [products, scale]), 'cosines')
  return b.build()
}

async function cosines(graph: Graph, rows: Float32Array): Promise<Float32Array> {
  const session = await Session.open(lowestModel(graph), { threads: 1 })
  const { cosines } = await session.run({ x: float32(rows, [rows.length / width, width]) })
  await session.close()
  return asFloat32(cosines, 'cosines').data
}

describe('withFewLevels', () => {
  it.each(['not below 0', 'signed', 'nearly alike'] as const)(
    'keeps how alike photos are: %s',
    async kind => {
      const rows = features(1, kind)
      const graph = graphOf(rows)
      const small = await withFewLevels(graph)
      const stored = small.initializers.get('known.photos')
      const columns = kind === 'signed' ? 134 : 200
      expect(stored).toMatchObject({ dtype: 'uint8', shape: [photos, columns] })
      // Each with itself as before; with others, but for a small part of how far these lie apart.
      const [before, after] = [await cosines(graph, rows), await cosines(small, rows)]
      for (let i = 0; i < photos; i++) expect(after[i * photos + i]).toBeCloseTo(before[i * photos + i], 3)
      const own = (_: number, at: number) => Math.floor(at / photos) !== at % photos
      const [far, farAfter] = [before.filter(own), after.filter(own)]
      const mean = far.reduce((sum, one) => sum + one, 0) / far.length
      const square = (value: (i: number) => number) =>
        far.reduce((sum, _, i) => sum + value(i) ** 2, 0) / far.length
      expect(Math.sqrt(square(i => farAfter[i] - far[i]) / square(i => far[i] - mean))).toBeLessThan(0.2)
    },
  )

  it('takes finer levels, or none, where photos lie too near to each other', async () => {
    const finer = await withFewLevels(graphOf(features(1, 'all as near')))
    expect(finer.initializers.get('known.photos')?.shape[1]).toBeGreaterThan(134)
  })

  it('leaves graphs that remember none, or few', async () => {
    const few = graphOf(features(1, 'signed').subarray(0, 20 * width))
    expect(await withFewLevels(few)).toBe(few)
    const b = new GraphBuilder('none')
    b.output(b.op('Relu', [b.input('x', 'float32', ['batch', 2])]), 'y')
    const none = model(b.build()).graph
    expect(await withFewLevels(none)).toBe(none)
  })
})
