import type { GreyPixels, Pixels } from './pixels.js'
import { resizeGrey } from './resize.js'

/** Brightness as Pillow computes it: ITU-R 601-2 in whole numbers. */
export function greyOf({ width, height, data }: Pixels): GreyPixels {
  const grey = new Uint8Array(width * height)
  for (let i = 0, p = 0; i < grey.length; i++, p += 3)
    grey[i] = (data[p] * 19595 + data[p + 1] * 38470 + data[p + 2] * 7471 + 0x8000) >> 16
  return { width, height, data: grey }
}

/** A photo squeezed into a square of grey: [side, side]. */
export function greyMap(pixels: Pixels, side: number): Uint8Array {
  return resizeGrey(greyOf(pixels), side, side).data
}
