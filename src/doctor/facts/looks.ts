import { greyOf, insideFrame, type Pixels, resizeTo, symmetricHash } from '../../images/index.js'
import { detailOf } from './detail.js'
import type { LookFacts } from './facts.js'
import { lightOf, percentile } from './light.js'
import { rounded } from './rounded.js'

/** Long side of what is looked at, in pixels: larger photos are shrunk to it, smaller ones stay. */
export const LOOK_SIDE = 256

/** The edge is described by the outer ones of so many fields a side. */
const FIELDS = 4

/** @param isWhole - the photo was not shrunk while decoding; else it has a long side of 256 pixels or more */
export function lookFacts(decoded: Pixels, isWhole: boolean): LookFacts {
  const pixels = atMost(decoded, LOOK_SIDE)
  const grey = greyOf(pixels)
  const inside = insideFrame(pixels)
  const phash = symmetricHash(pixels)
  const { width, height } = pixels
  const histogram = histogramOf(grey)
  return {
    phash,
    innerPhash: inside ? symmetricHash(inside) : phash,
    border: inside ? rounded(1 - (inside.width * inside.height) / (width * height), 4) : 0,
    luminance: luminanceOf(histogram, grey.length),
    ...detailOf(grey, width, height),
    entropy: rounded(entropyOf(histogram, grey.length), 3),
    ...coloursOf(pixels),
    palette: isWhole ? paletteOf(decoded) : null,
    light: lightOf(pixels, grey),
    edge: edgeOf(pixels),
  }
}

function atMost(pixels: Pixels, side: number): Pixels {
  const scale = side / Math.max(pixels.width, pixels.height)
  if (scale >= 1) return pixels
  const at = (length: number) => Math.max(1, Math.round(length * scale))
  return resizeTo(pixels, at(pixels.width), at(pixels.height))
}

function histogramOf(grey: Uint8Array): Uint32Array {
  const histogram = new Uint32Array(256)
  for (let i = 0; i < grey.length; i++) histogram[grey[i]]++
  return histogram
}

function luminanceOf(histogram: Uint32Array, count: number): LookFacts['luminance'] {
  let sum = 0
  for (let value = 0; value < histogram.length; value++) sum += value * histogram[value]
  const below = (share: number) => percentile(histogram, count, share)
  return {
    mean: rounded(sum / count, 2),
    p1: below(0.01),
    p5: below(0.05),
    p95: below(0.95),
    p99: below(0.99),
  }
}

/** Shannon's entropy, in bits. */
function entropyOf(histogram: Uint32Array, count: number): number {
  let entropy = 0
  for (const seen of histogram) if (seen > 0) entropy -= (seen / count) * Math.log2(seen / count)
  return entropy
}

function coloursOf({ data }: Pixels): Pick<LookFacts, 'colours' | 'chroma' | 'colour'> {
  const count = data.length / 3
  const seen = new Uint8Array(1 << 15)
  const ranges = new Uint32Array(256)
  let [colours, red, green, blue] = [0, 0, 0, 0]
  for (let p = 0; p < data.length; p += 3) {
    const [r, g, b] = [data[p], data[p + 1], data[p + 2]]
    red += r
    green += g
    blue += b
    ranges[(r > g ? (r > b ? r : b) : g > b ? g : b) - (r < g ? (r < b ? r : b) : g < b ? g : b)]++
    const code = ((r >> 3) << 10) | ((g >> 3) << 5) | (b >> 3)
    colours += 1 - seen[code]
    seen[code] = 1
  }
  return {
    colours,
    chroma: percentile(ranges, count, 0.99),
    colour: [rounded(red / count, 1), rounded(green / count, 1), rounded(blue / count, 1)],
  }
}

/** More different colours than any palette has; counting on would tell nothing. */
const MOST_COLOURS = 4096

/** Different colours, counted up to a limit. Neighbours of the same colour, as drawings have them, cost nothing. */
function paletteOf({ data }: Pixels): number {
  const seen = new Set<number>()
  let last = -1
  for (let p = 0; p < data.length; p += 3) {
    const colour = (data[p] << 16) | (data[p + 1] << 8) | data[p + 2]
    if (colour === last) continue
    last = colour
    seen.add(colour)
    if (seen.size >= MOST_COLOURS) break
  }
  return seen.size
}

/** Mean colours of the outer fields, row by row. */
function edgeOf(pixels: Pixels): number[] {
  const { data } = resizeTo(pixels, FIELDS, FIELDS)
  const isOuter = (at: number) => at === 0 || at === FIELDS - 1
  return Array.from({ length: FIELDS * FIELDS }, (_, field) => field)
    .filter(field => isOuter(Math.floor(field / FIELDS)) || isOuter(field % FIELDS))
    .flatMap(field => [...data.subarray(field * 3, field * 3 + 3)])
}
