import {
  cholesky,
  dot,
  dotOfRows,
  inverseNorm,
  type Matrix,
  matrix,
  products,
  productsWith,
  topEigen,
} from './matrix.js'

/** Nearest photos whose nearness is averaged. */
export const neighbours = 3

/** Higher is more familiar; one number for each photo. */
export type Score = readonly number[]

/**
 * Mean cosine to the nearest learnt photos of each class, `[photo][class]`, the last column being that to the nearest of
 * all. A photo is no neighbour of itself.
 *
 * @param cosines [photo, learnt]
 * @param own row of each photo among the learnt, or -1
 */
export function nearness(
  cosines: (photo: number, learnt: number) => number,
  photos: number,
  truth: readonly number[],
  classes: number,
  own: (photo: number) => number,
): number[][] {
  return Array.from({ length: photos }, (_, i) => {
    const best = Array.from({ length: classes + 1 }, () => new Array<number>(neighbours).fill(-1))
    for (let j = 0; j < truth.length; j++) {
      if (j === own(i)) continue
      const cosine = cosines(i, j)
      insert(best[truth[j]], cosine)
      insert(best[classes], cosine)
    }
    return best.map(top => top.reduce((sum, one) => sum + one, 0) / neighbours)
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

const directions = 100

/** What distances in a space of columns say of other rows, from the rows learnt. */
export interface Distances {
  readonly residual: Score
  readonly mahalanobis: Score
  readonly relative: Score
}

/**
 * Residual (length outside the first principal components), Mahalanobis distance to the nearest class with a covariance
 * shrunk by Ledoit and Wolf's rule, and the same relative to one Gaussian of all photos, by dual forms: n x n matrices only.
 */
export function distances(
  learnt: readonly Float32Array[],
  truth: readonly number[],
  classes: number,
  others: readonly Float32Array[],
): Distances {
  const mean = meanOf(learnt)
  const all = gaussian(learnt.map(row => minus(row, mean)))
  const means = Array.from({ length: classes }, (_, k) => meanOf(learnt.filter((_, i) => truth[i] === k)))
  const within = gaussian(learnt.map((row, i) => minus(row, means[truth[i]])))
  const { vectors, values } = topEigen(all.gram, Math.min(directions, learnt.length - 1))
  const residual: number[] = []
  const mahalanobis: number[] = []
  const relative: number[] = []
  for (const row of others) {
    const centred = minus(row, mean)
    const cross = productsWith(all.rows, centred)
    let inside = 0
    for (const [k, vector] of vectors.entries())
      if (values[k] > 1e-9) inside += dot(vector, cross) ** 2 / values[k]
    residual.push(-Math.sqrt(Math.max(0, dotOfRows(centred, centred) - inside)))
    const nearest = Math.min(...means.map(one => within.squared(minus(row, one))))
    mahalanobis.push(-nearest)
    relative.push(all.squared(centred) - nearest)
  }
  return { residual, mahalanobis, relative }
}

/** Centred rows as a Gaussian: squared Mahalanobis distances by Woodbury's identity. */
function gaussian(rows: readonly Float32Array[]) {
  const n = rows.length
  const width = rows[0].length
  const gram = products(rows, rows)
  const { scale, share } = shrinkage(gram, n, width)
  const [a, b] = [share * scale, (1 - share) / n]
  const inner = matrix(n, n)
  for (let i = 0; i < n * n; i++) inner.data[i] = b * gram.data[i]
  for (let i = 0; i < n; i++) inner.data[i * n + i] += a
  const triangle = cholesky(inner)
  const squared = (row: Float32Array) => {
    const cross = productsWith(rows, row)
    return (dotOfRows(row, row) - b * inverseNorm(triangle, cross)) / a
  }
  return { rows, gram, squared }
}

/** Ledoit and Wolf 2004, from the Gram matrix: mean variance, and how much of it replaces the covariance. */
function shrinkage({ data }: Matrix, n: number, width: number): { scale: number; share: number } {
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
