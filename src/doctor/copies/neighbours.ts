import { breather, int64, type WorkOptions } from '../../core/index.js'
import { type DeviceOptions, Session } from '../../engine/index.js'
import { GraphBuilder, type Model, model } from '../../onnx/index.js'
import type { CheckedFeatures } from '../check.js'

export interface NeighboursOptions extends DeviceOptions, WorkOptions {
  /** How many a photo. */
  readonly count: number
}

/** A column whose deviation is below this part of the median one is dead: standardised, one photo in it would decide alone. */
const DEAD = 0.01

/** Standardised values are held to this many deviations, for the same reason. */
const MOST_DEVIATIONS = 5

/** Rows asked for, and rows they are compared with, in one product: some 100 MB at most. */
const ASKED = 1024
const COMPARED = 8192

/**
 * For each of `rows` the most similar others of them, the most similar first, by cosine of the standardised features: positions in
 * `rows`. Computed block by block as matrix products, n^2 in all: seconds for 10,000 photos, minutes for 100,000.
 */
export async function nearestByFeatures(
  features: CheckedFeatures,
  rows: readonly number[],
  { count, progress, signal, ...device }: NeighboursOptions,
): Promise<number[][]> {
  if (rows.length <= count + 1) return rows.map((_, i) => [...rows.keys()].filter(other => other !== i))
  const scaled = new ScaledRows(features, rows)
  // Blocks of about the same size, so that none has fewer rows than are asked for.
  const size = Math.ceil(rows.length / Math.ceil(rows.length / COMPARED))
  if (scaled.width === 0) return rows.map(() => [])
  const session = await Session.open(mostSimilar(scaled.width, count + 1), device)
  const task = 'neighbours by features'
  const breathe = breather(signal)
  try {
    progress?.({ kind: 'start', task, total: rows.length })
    const nearest: number[][] = []
    for (let from = 0; from < rows.length; from += ASKED) {
      const asked = scaled.block(from, Math.min(rows.length, from + ASKED))
      const found: Found[][] = Array.from({ length: asked.shape[0] }, () => [])
      for (let base = 0; base < rows.length; base += size) {
        await breathe()
        const compared = scaled.block(base, Math.min(rows.length, base + size))
        const { likeness, at } = await session.run({ asked, compared })
        if (likeness?.dtype !== 'float32' || at?.dtype !== 'int64') continue
        for (let i = 0; i < likeness.data.length; i++) {
          const row = Math.floor(i / (count + 1))
          const index = base + Number(at.data[i])
          if (index !== from + row) found[row].push({ index, likeness: likeness.data[i] })
        }
      }
      for (const each of found)
        nearest.push(
          each
            .sort((x, y) => y.likeness - x.likeness || x.index - y.index)
            .slice(0, count)
            .map(({ index }) => index),
        )
      progress?.({ kind: 'advance', task, done: nearest.length, total: rows.length })
    }
    progress?.({ kind: 'end', task })
    return nearest
  } finally {
    await session.close()
  }
}

interface Found {
  readonly index: number
  readonly likeness: number
}

/** Products of rows `asked` [a, width] with rows `compared` [c, width], and of each row of them the largest. */
function mostSimilar(width: number, count: number): Model {
  const graph = new GraphBuilder('neighbours by features')
  const asked = graph.input('asked', 'float32', ['asked', width])
  const compared = graph.input('compared', 'float32', ['compared', width])
  const products = graph.op('Gemm', [asked, compared], { transB: 1 })
  const [likeness, at] = graph.ops('TopK', [products, graph.constant(int64([count]))], {}, 2)
  graph.output(likeness, 'likeness')
  graph.output(at, 'at')
  return model(graph.build())
}

/** Rows of the last layer's features, standardised column by column, and of length 1; made a block at a time. */
class ScaledRows {
  private readonly columns: Int32Array
  private readonly mean: Float64Array
  private readonly scale: Float64Array

  constructor(
    private readonly features: CheckedFeatures,
    private readonly rows: readonly number[],
  ) {
    const { width, lastLayer, data } = features
    this.mean = new Float64Array(lastLayer)
    const squares = new Float64Array(lastLayer)
    for (const row of rows)
      for (let j = 0, at = row * width; j < lastLayer; j++) this.mean[j] += data[at++] / rows.length
    for (const row of rows)
      for (let j = 0, at = row * width; j < lastLayer; j++) squares[j] += (data[at++] - this.mean[j]) ** 2
    this.scale = squares.map(sum => Math.sqrt(sum / rows.length))
    const sorted = this.scale.slice().sort()
    const least = DEAD * sorted[sorted.length >> 1]
    this.columns = Int32Array.from([...this.scale.keys()].filter(j => this.scale[j] > least))
  }

  get width(): number {
    return this.columns.length
  }

  block(from: number, to: number) {
    const { columns, mean, scale, features, rows } = this
    const data = new Float32Array((to - from) * columns.length)
    for (let i = from, out = 0; i < to; i++) {
      const start = rows[i] * features.width
      let length = 0
      for (let k = 0; k < columns.length; k++) {
        const j = columns[k]
        const value = (features.data[start + j] - mean[j]) / scale[j]
        const held = Math.max(-MOST_DEVIATIONS, Math.min(MOST_DEVIATIONS, value))
        data[out + k] = held
        length += held * held
      }
      const factor = length > 0 ? 1 / Math.sqrt(length) : 0
      for (let k = 0; k < columns.length; k++) data[out++] *= factor
    }
    return { dtype: 'float32' as const, data, shape: [to - from, columns.length] }
  }
}
