import type { Pixels } from './pixels.js'

/** Turns a picture upright as its EXIF orientation says, 1 to 8 (CIPA DC-008, 4.6.4 A). */
export function orient(source: Pixels, orientation: number): Pixels {
  if (orientation <= 1 || orientation > 8) return source
  const { width, height, data } = source
  const turned = orientation >= 5
  const outWidth = turned ? height : width
  const outHeight = turned ? width : height
  // Where the upright picture's first pixel lies in the source, and the steps to the right and down from there.
  const fromRight = orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8
  const fromBottom = orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7
  const alongX = fromRight ? -3 : 3
  const alongY = (fromBottom ? -width : width) * 3
  const start = ((fromBottom ? height - 1 : 0) * width + (fromRight ? width - 1 : 0)) * 3
  const right = turned ? alongY : alongX
  const down = turned ? alongX : alongY
  const out = new Uint8Array(data.length)
  for (let y = 0, o = 0; y < outHeight; y++)
    for (let x = 0, p = start + y * down; x < outWidth; x++, o += 3, p += right) {
      out[o] = data[p]
      out[o + 1] = data[p + 1]
      out[o + 2] = data[p + 2]
    }
  return { width: outWidth, height: outHeight, data: out }
}
