import { Refusal } from '../refusal.js'
import type { DibHeader } from './dib-header.js'

/**
 * Runs of pixels (RLE8, RLE4) as rows of a byte a pixel. Places that are skipped keep colour 0, and what goes beyond a
 * row is dropped. Throws a `Refusal` where the file ends before the picture does.
 */
export function unpackRuns(bytes: Uint8Array, { width, height, bits }: DibHeader): Uint8Array {
  const rows = new Uint8Array(width * height)
  const halves = bits === 4
  let x = 0
  let y = 0
  const put = (index: number) => {
    if (x < width) rows[y * width + x] = index
    x++
  }
  for (let at = 0; y < height; ) {
    if (at + 2 > bytes.length) {
      // Some writers leave out the end mark after the last pixel.
      if (y === height - 1 && x >= width) break
      throw new Refusal('the BMP file is truncated: it ends before the picture does')
    }
    const count = bytes[at]
    const value = bytes[at + 1]
    at += 2
    if (count > 0) {
      for (let i = 0; i < count; i++) put(halves ? (i % 2 === 0 ? value >> 4 : value & 15) : value)
    } else if (value === 0) {
      x = 0
      y++
    } else if (value === 1) break
    else if (value === 2) {
      x += bytes[at] ?? 0
      y += bytes[at + 1] ?? 0
      at += 2
    } else {
      for (let i = 0; i < value; i++)
        put(halves ? (bytes[at + (i >> 1)] >> (i % 2 === 0 ? 4 : 0)) & 15 : bytes[at + i])
      const taken = halves ? Math.ceil(value / 2) : value
      at += taken + (taken % 2)
    }
  }
  return rows
}
