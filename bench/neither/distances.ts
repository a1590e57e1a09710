import {
  cholesky,
  dot,
  inverseNorm,
  type Matrix,
  matrix,
  products,
  productsWith,
  topEigen,
} from './matrix.js'

/** Nearest photos whose nearness is averaged. */
const neighbours = 3

/** Higher is more familiar; one number for each photo. */
export type Score = readonly number[]

/** How near a photo is to those learnt, as cosines. */
export interface Nearness {
  /** Mean of the three nearest. */
  readonly all: number
  /** The same within each class. */
  readonly inside: readonly number[]
  readonly fifth: number
}

const fifth = 5

/** @param cosines [photo, learnt] */
export function nearness(
  cosines: (photo: number, learnt: number) => number,
  photos: number,
  truth: readonly number[],
  classes: number,
): Nearness[] {
  const lowest = () => new Array<number>(fifth).fill(-1)
  const meanOfNearest = (top: readonly number[]) =>
    top.slice(0, neighbours).reduce((sum, one) => sum + one, 0) / neighbours
  return Array.from({ length: photos }, (_, i) => {
    const inside = Array.from({ length: classes }, lowest)
    const all = lowest()
    for (let j = 0; j < truth.length; j++) {
      insert(inside[truth[j]], cosines(i, j))
      insert(all, cosines(i, j))
    }
    return { all: meanOfNearest(all), inside: inside.map(meanOfNearest), fifth: all[fifth - 1] }
  })
}

function insert(top: number[], value: number): void {
  if (value <= top[top.length - 1]) return
  let at = top.length - 1
  while (at > 0 && top[at - 1] < value) {
    top[at] = top[at - 1]
    at--
  }
  top[at] = value
}

/** Principal components that the residual leaves out. */
const directions = 100

/** What distances in a space of columns say of other rows, from the rows learnt. */
export interface Distances {
  readonly residual: Score
  readonly mahalanobis: Score
  readonly relative: Score
}

/**
 * Residual (length outside the first principal components), Mahalanobis distance to the nearest class with a covariance
 * shrunk by Ledoit and Wolf's rule, and the same relative to one Gaussian of all photos (Ren et al. 2021), by dual forms: n x n matrices only.
 * Both Gaussians are shrunk alike: what lies outside all photos would else count differently in them, and their difference be that.
 */
export function distances(
  learnt: readonly Float32Array[],
  truth: readonly number[],
  classes: number,
  others: readonly Float32Array[],
): Distances {
  const mean = meanOf(learnt)
  const means = Array.from({ length: classes }, (_, k) => meanOf(learnt.filter((_, i) => truth[i] === k)))
  const centredRows = learnt.map(row => minus(row, mean))
  const withinRows = learnt.map((row, i) => minus(row, means[truth[i]]))
  const withinGram = products(withinRows, withinRows)
  const centredGram = products(centredRows, centredRows)
  const shrunk = shrinkage(withinGram, learnt.length, mean.length)
  const within = gaussian(withinGram, shrunk)
  const all = gaussian(centredGram, shrunk)
  const { vectors, values } = topEigen(centredGram, Math.min(directions, learnt.length - 1))
  const toWithin = means.map(one => productsWith(withinRows, one))
  const toCentred = productsWith(centredRows, mean)
  const residual: number[] = []
  const mahalanobis: number[] = []
  const relative: number[] = []
  for (const row of others) {
    const cross = less(productsWith(centredRows, row), toCentred)
    const square = squareBetween(row, mean)
    let inside = 0
    for (const [k, vector] of vectors.entries())
      if (values[k] > 1e-9) inside += dot(vector, cross) ** 2 / values[k]
    residual.push(-Math.sqrt(Math.max(0, square - inside)))
    const own = productsWith(withinRows, row)
    const nearest = Math.min(
      ...means.map((one, k) => within(squareBetween(row, one), less(own, toWithin[k]))),
    )
    mahalanobis.push(-nearest)
    relative.push(all(square, cross) - nearest)
  }
  return { residual, mahalanobis, relative }
}

/**
 * Centred rows as a Gaussian, by their products: the squared Mahalanobis distance of a vector from its squared length and its
 * products with the rows, by Woodbury's identity.
 */
function gaussian({ data, rows: n }: Matrix, { scale, share }: Shrinkage) {
  const [a, b] = [share * scale, (1 - share) / n]
  const inner = matrix(n, n)
  for (let i = 0; i < n * n; i++) inner.data[i] = b * data[i]
  for (let i = 0; i < n; i++) inner.data[i * n + i] += a
  const triangle = cholesky(inner)
  return (square: number, cross: Float64Array) => (square - b * inverseNorm(triangle, cross)) / a
}

function less(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i])
}

function squareBetween(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += (a[j] - b[j]) ** 2
  return sum
}

/** Mean variance, and how much of it replaces the covariance. */
interface Shrinkage {
  readonly scale: number
  readonly share: number
}

/** Ledoit and Wolf 2004, from the Gram matrix. */
function shrinkage({ data }: Matrix, n: number, width: number): Shrinkage {
  let trace = 0
  let squares = 0
  let fourth = 0
  for (let i = 0; i < n; i++) {
    const own = data[i * n + i]
    trace += own / n
    fourth += own * own
    for (let j = 0; j < n; j++) squares += (data[i * n + j] / n) ** 2
  }
  const scale = trace / width
  const spread = squares - width * scale * scale
  const noise = Math.min(fourth / (n * n) - squares / n, spread)
  return { scale, share: Math.min(0.999, Math.max(0.01, noise / spread)) }
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(rows[0].length)
  for (const row of rows) for (let j = 0; j < sum.length; j++) sum[j] += row[j] / rows.length
  return sum
}

function minus(row: Float32Array, other: Float32Array): Float32Array {
  const out = new Float32Array(row.length)
  for (let j = 0; j < out.length; j++) out[j] = row[j] - other[j]
  return out
}
