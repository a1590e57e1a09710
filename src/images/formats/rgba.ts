import type { Pixels } from '../pixels.js'

// Also loads in browsers.

/** A decoded picture with transparency: row-major [height, width, 4]. */
export interface Rgba {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}

/** A picture laid on white. */
export function onWhite({ width, height, data }: Rgba): Pixels {
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0, p = 0; i < rgb.length; i += 3, p += 4) {
    const alpha = data[p + 3]
    const white = (255 - alpha) * 255 + 127
    rgb[i] = (data[p] * alpha + white) / 255
    rgb[i + 1] = (data[p + 1] * alpha + white) / 255
    rgb[i + 2] = (data[p + 2] * alpha + white) / 255
  }
  return { width, height, data: rgb }
}
