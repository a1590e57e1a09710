import { asFloat32, type Tensor } from '../core/index.js'

/** Neighbours whose nearness counts: one alone may be a copy, many reach into other kinds of photos. */
const NEIGHBOURS = 3

/** Of the photos that were learnt from, the share that lies farther from the others than what is called far. */
const FAR_SHARE = 0.05

/**
 * Photos that a model has learnt from, as features: is another photo like any of them?
 *
 * Nearness is the mean cosine to the three nearest of them. What is far lies farther from them than 95 % of them lie from
 * each other (each one's nearness to the rest). A deep nearest-neighbour score: Sun et al. 2022, "Out-of-Distribution
 * Detection with Deep Nearest Neighbors".
 */
export class Familiar {
  /** Rows of length 1, `[count, width]`. */
  private readonly rows: Float32Array
  private readonly count: number
  /** Nearness below which a photo is far, -1 to 1. */
  readonly limit: number

  /** @param features - of the photos learnt from, `[count, width]`, at least two */
  constructor(features: Tensor) {
    const { shape, data } = asFloat32(features, 'features')
    const [count, width] = shape
    this.count = count
    this.rows = new Float32Array(data.length)
    for (let i = 0; i < count; i++) this.rows.set(unit(data.subarray(i * width, (i + 1) * width)), i * width)
    const own = Array.from({ length: count }, (_, i) => this.nearnessTo(this.row(i), i))
    this.limit = own.sort((a, b) => a - b)[Math.floor(count * FAR_SHARE)]
  }

  /** Mean cosine of a photo's features, `[width]`, to the nearest photos. */
  nearness(feature: Float32Array): number {
    return this.nearnessTo(unit(feature), undefined)
  }

  isFar(feature: Float32Array): boolean {
    return this.nearness(feature) < this.limit
  }

  private row(i: number): Float32Array {
    const width = this.rows.length / this.count
    return this.rows.subarray(i * width, (i + 1) * width)
  }

  private nearnessTo(row: Float32Array, except: number | undefined): number {
    const nearest: number[] = []
    for (let i = 0; i < this.count; i++) {
      if (i === except) continue
      nearest.push(dot(row, this.row(i)))
      if (nearest.length > NEIGHBOURS) nearest.splice(nearest.indexOf(Math.min(...nearest)), 1)
    }
    return nearest.reduce((sum, cosine) => sum + cosine, 0) / nearest.length
  }
}

function unit(row: Float32Array): Float32Array {
  const length = Math.sqrt(dot(row, row))
  return length === 0 ? row : row.map(value => value / length)
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}
