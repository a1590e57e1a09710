import { detailLikeness } from './detail.js'
import { MAP_SIDE } from './grey-maps.js'
import { LEAST_DEVIATION } from './maps.js'

/** How far in the rest of the photo a bar of words or a strip of symbols may reach, as rows or columns of a map. */
const BAR = MAP_SIDE / 4

/** A rectangle of a map, in pixels: from and to, of rows and of columns. */
type Window = readonly [top: number, bottom: number, left: number, right: number]

const whole: Window = [0, MAP_SIDE, 0, MAP_SIDE]

/** What is left of a photo when there is a bar at one of its sides. */
const besideBars: readonly Window[] = [
  [BAR, MAP_SIDE, 0, MAP_SIDE],
  [0, MAP_SIDE - BAR, 0, MAP_SIDE],
  [0, MAP_SIDE, BAR, MAP_SIDE],
  [0, MAP_SIDE, 0, MAP_SIDE - BAR],
]

/** How alike two pictures are, laid upon each other: normalised cross-correlation, at most 1. */
export interface Likeness {
  readonly likeness: number
  /** How much they agree field by field: `detailLikeness`. */
  readonly detail: number
}

/** Likeness of two maps laid upon each other. */
export function likenessOf(a: Uint8Array, b: Uint8Array): Likeness {
  return { likeness: correlation(a, b, whole), detail: detailLikeness(a, b, MAP_SIDE, MAP_SIDE) }
}

/** The same where one of four sides, a quarter deep, is left out: that where the rest is most alike. */
export function likenessBesideBar(a: Uint8Array, b: Uint8Array): Likeness {
  let [likeness, best] = [Number.NEGATIVE_INFINITY, whole]
  for (const window of besideBars) {
    const here = correlation(a, b, window)
    if (here > likeness) [likeness, best] = [here, window]
  }
  const [top, bottom, left, right] = best
  return {
    likeness,
    detail: detailLikeness(cut(a, best), cut(b, best), right - left, bottom - top),
  }
}

function cut(map: Uint8Array, [top, bottom, left, right]: Window): Uint8Array {
  const out = new Uint8Array((bottom - top) * (right - left))
  for (let y = top; y < bottom; y++)
    out.set(map.subarray(y * MAP_SIDE + left, y * MAP_SIDE + right), (y - top) * (right - left))
  return out
}

/**
 * Zero-mean normalised cross-correlation of the same window of two maps: 1 where one is the other with other brightness and
 * contrast, about 0 for strangers; 0 where one shows nothing there.
 */
function correlation(a: Uint8Array, b: Uint8Array, [top, bottom, left, right]: Window): number {
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0]
  for (let y = top; y < bottom; y++)
    for (let i = y * MAP_SIDE + left, end = y * MAP_SIDE + right; i < end; i++) {
      const [p, q] = [a[i], b[i]]
      sumA += p
      sumB += q
      squaresA += p * p
      squaresB += q * q
      products += p * q
    }
  const n = (bottom - top) * (right - left)
  const [spreadA, spreadB] = [squaresA / n - (sumA / n) ** 2, squaresB / n - (sumB / n) ** 2]
  if (Math.min(spreadA, spreadB) < LEAST_DEVIATION ** 2) return 0
  return (products / n - (sumA / n) * (sumB / n)) / Math.sqrt(spreadA * spreadB)
}

/**
 * The largest difference of a pixel of two maps, in steps of brightness of 255, after the one has been given the brightness and
 * contrast of the other (least squares). Saving anew or making smaller leaves a few steps; who has walked into the picture between
 * two shots of one camera, far more.
 */
export function largestDifference(a: Uint8Array, b: Uint8Array): number {
  let [sumA, sumB, squaresA, products] = [0, 0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    sumA += a[i]
    sumB += b[i]
    squaresA += a[i] * a[i]
    products += a[i] * b[i]
  }
  const n = a.length
  const spread = squaresA - (sumA * sumA) / n
  const gain = spread > 0 ? (products - (sumA * sumB) / n) / spread : 0
  let largest = 0
  for (let i = 0; i < n; i++)
    largest = Math.max(largest, Math.abs(b[i] - sumB / n - gain * (a[i] - sumA / n)))
  return largest
}
