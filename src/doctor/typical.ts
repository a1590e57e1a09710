import type { DeepData } from './check.js'

type Features = DeepData['features']

/** Cosine from which two photos show the same: one of them says enough. */
const SAME = 0.97

/** Spread below which a column says nothing: a dead channel, which standardising would blow up. */
const DEAD = 1e-6

/**
 * The photos in the middle of each class as the backbone sees it: nearest to the mean of the class's unit vectors of standardised
 * last-layer features. Photos that are nearly the same as one already chosen are passed over.
 *
 * @returns for each class at most `each` numbers of photos, the most typical first; photos that cannot be decoded never
 */
export function typicalPhotos({ labels, photos, features }: DeepData, each: number): number[][] {
  const seen = photos.flatMap(({ facts }, i) => (facts.problem === null ? [i] : []))
  const scaling = scalingOf(features, seen)
  return labels.map((_, label) => {
    const members = seen.filter(photo => photos[photo].label === label)
    return mostTypical(unitRows(features, members, scaling), features.lastLayer, each).map(at => members[at])
  })
}

/** Numbers of the rows nearest to the mean of all, [rows, width]. */
function mostTypical(rows: Float32Array, width: number, each: number): number[] {
  const row = (at: number) => rows.subarray(at * width, (at + 1) * width)
  const count = rows.length / width
  const middle = new Float32Array(width)
  for (let at = 0; at < count; at++) add(middle, row(at))
  const likeness = Array.from({ length: count }, (_, at) => dot(row(at), middle))
  const order = likeness.map((_, at) => at).sort((a, b) => likeness[b] - likeness[a] || a - b)
  const chosen: number[] = []
  for (const at of order) {
    if (chosen.length === each) break
    if (chosen.every(other => dot(row(at), row(other)) < SAME)) chosen.push(at)
  }
  return chosen
}

interface Scaling {
  readonly mean: Float64Array
  /** One over the deviation, 0 for a dead column. */
  readonly scale: Float64Array
}

/** How to standardise each column of the last layer over these photos. */
function scalingOf({ data, width, lastLayer }: Features, photos: readonly number[]): Scaling {
  const mean = new Float64Array(lastLayer)
  const square = new Float64Array(lastLayer)
  for (const photo of photos)
    for (let c = 0; c < lastLayer; c++) {
      const value = data[photo * width + c]
      mean[c] += value / photos.length
      square[c] += value ** 2 / photos.length
    }
  const scale = square.map((value, c) => {
    const spread = Math.sqrt(Math.max(0, value - mean[c] ** 2))
    return spread > DEAD ? 1 / spread : 0
  })
  return { mean, scale }
}

/** Standardised last-layer features of these photos, each row of length 1: [photos, lastLayer]. */
function unitRows(
  { data, width, lastLayer }: Features,
  photos: readonly number[],
  { mean, scale }: Scaling,
): Float32Array {
  const rows = new Float32Array(photos.length * lastLayer)
  for (const [at, photo] of photos.entries()) {
    const row = rows.subarray(at * lastLayer, (at + 1) * lastLayer)
    for (let c = 0; c < lastLayer; c++) row[c] = (data[photo * width + c] - mean[c]) * scale[c]
    const length = Math.sqrt(dot(row, row)) || 1
    for (let c = 0; c < lastLayer; c++) row[c] /= length
  }
  return rows
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

function add(sum: Float32Array, row: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += row[i]
}
