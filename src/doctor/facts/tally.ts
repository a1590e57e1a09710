import type { Pixels } from '../../images/index.js'

/** The picture is described in so many fields a side. */
export const FIELDS = 4

/** Brightness, by ITU-R 601-2, in units of 2^-16. */
const [RED, GREEN, BLUE, HALF] = [19595, 38470, 7471, 0x8000]

/** All that is counted in a picture; histograms have 256 places. */
export interface Tally {
  /** Pixels. */
  readonly count: number
  /** Brightness, a byte a pixel. */
  readonly grey: Uint8Array
  readonly brightness: Uint32Array
  /** Of the difference between each pixel's largest and smallest channel. */
  readonly ranges: Uint32Array
  /** Different colours, channels rounded to 5 bits. */
  readonly colours: number
  /** Sums of red, green and blue in each of {@link FIELDS} x {@link FIELDS} fields, row by row; and the pixels in each. */
  readonly fields: { readonly sums: Float64Array; readonly counts: Uint32Array }
}

/** Walks over a picture once and counts everything: what takes time is to read each pixel again. */
export function tallyOf({ width, height, data }: Pixels): Tally {
  const count = width * height
  const counts = {
    grey: new Uint8Array(count),
    brightness: new Uint32Array(256),
    ranges: new Uint32Array(256),
    fields: { sums: new Float64Array(3 * FIELDS ** 2), counts: new Uint32Array(FIELDS ** 2) },
    seen: new Uint8Array(1 << 15),
  }
  let [colours, at] = [0, 0]
  for (let y = 0; y < height; y++) {
    const fieldRow = Math.floor((y * FIELDS) / height) * FIELDS
    for (let column = 0; column < FIELDS; column++) {
      const end = y * width + Math.ceil(((column + 1) * width) / FIELDS)
      colours += addRun(data, at, end, fieldRow + column, counts)
      at = end
    }
  }
  const { seen: _, ...counted } = counts
  return { ...counted, count, colours }
}

type Counts = Omit<Tally, 'count' | 'colours'> & {
  /** 1 for each colour that was met. */
  readonly seen: Uint8Array
}

/** Counts pixels of one row in one field. Gives how many colours had not been seen before. */
function addRun(data: Pixels['data'], from: number, end: number, field: number, counts: Counts): number {
  const { grey, brightness, ranges, seen, fields } = counts
  let [red, green, blue, colours] = [0, 0, 0, 0]
  for (let at = from; at < end; at++) {
    const r = data[3 * at]
    const g = data[3 * at + 1]
    const b = data[3 * at + 2]
    red += r
    green += g
    blue += b
    const value = (Math.imul(r, RED) + Math.imul(g, GREEN) + Math.imul(b, BLUE) + HALF) >> 16
    grey[at] = value
    brightness[value]++
    const low = r < g ? (r < b ? r : b) : g < b ? g : b
    const high = r > g ? (r > b ? r : b) : g > b ? g : b
    ranges[high - low]++
    const code = ((r >> 3) << 10) | ((g >> 3) << 5) | (b >> 3)
    colours += 1 - seen[code]
    seen[code] = 1
  }
  fields.counts[field] += end - from
  fields.sums[3 * field] += red
  fields.sums[3 * field + 1] += green
  fields.sums[3 * field + 2] += blue
  return colours
}

/** The least value that this share of all lie at or below. */
export function percentile(histogram: Uint32Array, count: number, share: number): number {
  let seen = 0
  for (let value = 0; value < histogram.length; value++) {
    seen += histogram[value]
    if (seen >= share * count) return value
  }
  return histogram.length - 1
}

/** Mean of what a histogram counts. */
export function meanOf(histogram: Uint32Array, count: number): number {
  let sum = 0
  for (let value = 0; value < histogram.length; value++) sum += value * histogram[value]
  return sum / count
}
