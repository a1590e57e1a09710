import type { Pixels } from '../../images/index.js'
import type { LightFacts } from './facts.js'
import { rounded } from './rounded.js'

/** From here on a channel counts as full: compression and shrinking blur what was 255. */
const FULL = 252
/** Nearly full, from here on. */
const NEARLY = 236
/** Beside a full channel, one below this makes the pixel coloured: white that was meant has none. */
const COLOURED = 200

/** @param histogram - of the same pixels' brightness */
export function lightOf({ data }: Pixels, histogram: Uint32Array): LightFacts {
  const count = data.length / 3
  const least = new Uint32Array(256)
  let [any, all, coloured, nearly, chroma] = [0, 0, 0, 0, 0]
  for (let p = 0; p < data.length; p += 3) {
    const [r, g, b] = [data[p], data[p + 1], data[p + 2]]
    const low = r < g ? (r < b ? r : b) : g < b ? g : b
    const high = r > g ? (r > b ? r : b) : g > b ? g : b
    least[low]++
    chroma += high - low
    if (high >= FULL) {
      any++
      if (low >= FULL) all++
      else if (low < COLOURED) coloured++
    } else if (high >= NEARLY) nearly++
  }
  const share = (of: number) => rounded(of / count, 4)
  return {
    below: [0.1, 0.25, 0.5, 0.75].map(part => percentile(histogram, count, part)),
    least: [0.05, 0.25, 0.5].map(part => percentile(least, count, part)),
    full: [share(any), share(all), share(coloured), share(nearly)],
    chroma: rounded(chroma / count, 2),
  }
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
