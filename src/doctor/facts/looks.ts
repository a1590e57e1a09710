import { greyOf, insideFrame, type Pixels, resizeTo, symmetricHash } from '../../images/index.js'
import { detailOf } from './detail.js'
import type { LookFacts } from './facts.js'
import { lightOf } from './light.js'
import { paletteOf } from './palette.js'
import { rounded } from './rounded.js'
import { FIELDS, meanOf, percentile, type Tally, tallyOf } from './tally.js'

/** Long side of what is looked at, in pixels: larger photos are shrunk to it, smaller ones stay. */
export const LOOK_SIDE = 256

/** @param isWhole - the photo was not shrunk while decoding; else it has a long side of 256 pixels or more */
export function lookFacts(decoded: Pixels, isWhole: boolean): LookFacts {
  const pixels = atMost(decoded, LOOK_SIDE)
  const { width, height } = pixels
  const tally = tallyOf(pixels)
  const grey = { width, height, data: tally.grey }
  const detail = detailOf(grey)
  const inside = insideFrame(pixels)
  const phash = symmetricHash(grey)
  return {
    phash,
    innerPhash: inside ? symmetricHash(greyOf(inside)) : phash,
    border: inside ? rounded(1 - (inside.width * inside.height) / (width * height), 4) : 0,
    luminance: luminanceOf(tally),
    ...detail,
    entropy: rounded(entropyOf(tally), 3),
    colours: tally.colours,
    chroma: percentile(tally.ranges, tally.count, 0.99),
    colour: colourOf(tally),
    palette: isWhole ? paletteOf(decoded) : null,
    light: lightOf(pixels, tally, detail.detail[0]),
    edge: edgeOf(tally),
  }
}

function atMost(pixels: Pixels, side: number): Pixels {
  const scale = side / Math.max(pixels.width, pixels.height)
  if (scale >= 1) return pixels
  const at = (length: number) => Math.max(1, Math.round(length * scale))
  return resizeTo(pixels, at(pixels.width), at(pixels.height))
}

function luminanceOf({ brightness, count }: Tally): LookFacts['luminance'] {
  const below = (share: number) => percentile(brightness, count, share)
  return {
    mean: rounded(meanOf(brightness, count), 2),
    p1: below(0.01),
    p5: below(0.05),
    p95: below(0.95),
    p99: below(0.99),
  }
}

/** Shannon's entropy, in bits. */
function entropyOf({ brightness, count }: Tally): number {
  let entropy = 0
  for (const seen of brightness) if (seen > 0) entropy -= (seen / count) * Math.log2(seen / count)
  return entropy
}

function colourOf({ fields, count }: Tally): LookFacts['colour'] {
  const mean = (channel: number) => {
    let sum = 0
    for (let i = channel; i < fields.sums.length; i += 3) sum += fields.sums[i]
    return rounded(sum / count, 1)
  }
  return [mean(0), mean(1), mean(2)]
}

/** Mean colours of the outer fields, row by row. */
function edgeOf({ fields: { sums, counts } }: Tally): number[] {
  const isOuter = (at: number) => at === 0 || at === FIELDS - 1
  return Array.from(counts, (_, field) => field)
    .filter(field => isOuter(Math.floor(field / FIELDS)) || isOuter(field % FIELDS))
    .flatMap(field =>
      [0, 1, 2].map(channel => Math.round(sums[3 * field + channel] / Math.max(1, counts[field]))),
    )
}
