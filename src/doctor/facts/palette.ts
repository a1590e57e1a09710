import type { Pixels } from '../../images/index.js'

/** More different colours than any palette has; counting on would tell nothing. */
const MOST_COLOURS = 4096

/** Places for colours, four for each that can come: a power of two. */
const PLACES = 4 * MOST_COLOURS
/** Spreads neighbouring colours (Knuth's multiplicative hashing, 2^32 over the golden ratio). */
const SPREAD = 0x9e3779b1
const SHIFT = 32 - Math.log2(PLACES)

/** Different colours, counted up to a limit. Neighbours of the same colour, as drawings have them, cost nothing. */
export function paletteOf({ data }: Pixels): number {
  // Each place holds a colour and one, or 0; a colour whose place is taken goes into the next free one.
  const places = new Uint32Array(PLACES)
  let [colours, last] = [0, 0]
  for (let p = 0; p < data.length; p += 3) {
    const colour = ((data[p] << 16) | (data[p + 1] << 8) | data[p + 2]) + 1
    if (colour === last) continue
    last = colour
    let place = Math.imul(colour, SPREAD) >>> SHIFT
    while (places[place] !== 0 && places[place] !== colour) place = (place + 1) % PLACES
    if (places[place] === colour) continue
    places[place] = colour
    if (++colours >= MOST_COLOURS) break
  }
  return colours
}
