import type { Pixels } from '../../images/index.js'
import type { LightFacts } from './facts.js'
import { rounded } from './rounded.js'
import { percentile, type Tally } from './tally.js'

/** From here on a channel counts as full: compression and shrinking blur what was 255. */
const FULL = 252
/** Nearly full, from here on. */
const NEARLY = 236
/** From here on all channels of paper are: a cut-out's ground, white as it was meant, and what compression leaves of it. */
const PAPER = 244
/** Less paper than this is none: a light sky between leaves reaches the edge, too. */
const LEAST_PAPER = 0.15
/** Neighbours, below which their share says nothing. */
const LEAST_PAIRS = 50

/**
 * @param tally - of the same pixels
 * @param detail - root mean square of second differences of their brightness, across
 */
export function lightOf(pixels: Pixels, { grey, brightness, count }: Tally, detail: number): LightFacts {
  const { isPaper, share } = paperOf(pixels)
  if (share < LEAST_PAPER)
    return {
      paper: 0,
      median: percentile(brightness, count, 0.5),
      detail: rounded(detail, 2),
      ...fullness(pixels, isPaper.fill(0), count),
    }
  const rest = Math.max(1, Math.round((1 - share) * count))
  const histogram = new Uint32Array(256)
  for (let i = 0; i < count; i++) if (isPaper[i] === 0) histogram[grey[i]]++
  return {
    paper: rounded(share, 4),
    median: percentile(histogram, rest, 0.5),
    detail: detailAcross(pixels.width, grey, isPaper),
    ...fullness(pixels, isPaper, rest),
  }
}

/**
 * White that reaches in from the edge of the photo in a straight line, as the paper or screen that a subject stands before.
 * Nothing can be said of light by it: it is white where the photo is exposed as it should be.
 */
function paperOf({ data, width, height }: Pixels): { isPaper: Uint8Array; share: number } {
  const isPaper = new Uint8Array(width * height)
  const isWhite = (at: number) =>
    data[3 * at] >= PAPER && data[3 * at + 1] >= PAPER && data[3 * at + 2] >= PAPER
  const walk = (from: number, step: number, length: number) => {
    for (let i = 0, at = from; i < length && isWhite(at); i++, at += step) isPaper[at] = 1
  }
  for (let y = 0; y < height; y++) {
    walk(y * width, 1, width)
    walk((y + 1) * width - 1, -1, width)
  }
  for (let x = 0; x < width; x++) {
    walk(x, width, height)
    walk((height - 1) * width + x, -width, height)
  }
  let count = 0
  for (let i = 0; i < isPaper.length; i++) count += isPaper[i]
  return { isPaper, share: count / isPaper.length }
}

/** How much is full, and how much of that is even: beside a neighbour of exactly its colour, as in what is drawn or printed. */
function fullness(
  { data, width }: Pixels,
  isPaper: Uint8Array,
  count: number,
): Pick<LightFacts, 'full' | 'even'> {
  let [any, all, nearly, pairs, same] = [0, 0, 0, 0, 0]
  let wasPartly = false
  for (let i = 0, p = 0; i < isPaper.length; i++, p += 3) {
    const r = data[p]
    const g = data[p + 1]
    const b = data[p + 2]
    if (r < NEARLY && g < NEARLY && b < NEARLY) {
      wasPartly = false
      continue
    }
    const low = r < g ? (r < b ? r : b) : g < b ? g : b
    const high = r > g ? (r > b ? r : b) : g > b ? g : b
    const isPartly = isPaper[i] === 0 && high >= FULL && low < FULL
    if (isPartly && wasPartly && i % width !== 0) {
      pairs++
      if (r === data[p - 3] && g === data[p - 2] && b === data[p - 1]) same++
    }
    wasPartly = isPartly
    if (isPaper[i] === 1) continue
    if (high >= FULL) any++
    else if (high >= NEARLY) nearly++
    if (low >= FULL) all++
  }
  const share = (of: number) => rounded(of / count, 4)
  return {
    full: [share(any), share(all), share(nearly)],
    even: rounded(same / Math.max(pairs, LEAST_PAIRS), 4),
  }
}

/** Root mean square of second differences across, where none of the three is paper. */
function detailAcross(width: number, grey: Uint8Array, isPaper: Uint8Array): number {
  let [sum, count] = [0, 0]
  for (let row = 0; row < grey.length; row += width)
    for (let i = row + 1; i < row + width - 1; i++) {
      if ((isPaper[i - 1] | isPaper[i] | isPaper[i + 1]) !== 0) continue
      const difference = grey[i - 1] - 2 * grey[i] + grey[i + 1]
      sum += difference * difference
      count++
    }
  return count === 0 ? 0 : rounded(Math.sqrt(sum / count), 2)
}
