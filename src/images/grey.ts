import type { Pixels } from './pixels.js'
import { resizeTo } from './resize.js'

/** Brightness as Pillow computes it: ITU-R 601-2 in whole numbers, one a pixel, 0 to 255. */
export function greyOf({ data }: Pixels): Uint8Array {
  const grey = new Uint8Array(data.length / 3)
  for (let i = 0, p = 0; i < grey.length; i++, p += 3)
    grey[i] = (data[p] * 19595 + data[p + 1] * 38470 + data[p + 2] * 7471 + 0x8000) >> 16
  return grey
}

/** A photo squeezed into a square of grey: [side, side]. */
export function greyMap(pixels: Pixels, side: number): Uint8Array {
  return greyOf(resizeTo(pixels, side, side))
}
