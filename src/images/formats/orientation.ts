import type { Pixels } from '../pixels.js'

/** What takes an orientation (1 to 8) back. */
export function inverseOrientation(orientation: number): number {
  if (orientation === 6) return 8
  return orientation === 8 ? 6 : orientation
}

/** A picture turned and mirrored as an EXIF orientation (1 to 8) says, so that it stands upright. */
export function upright(pixels: Pixels, orientation: number): Pixels {
  if (!(orientation >= 2 && orientation <= 8)) return pixels
  const { width, height, data } = pixels
  const lying = orientation >= 5
  const out = {
    width: lying ? height : width,
    height: lying ? width : height,
    data: new Uint8Array(data.length),
  }
  const right = [2, 3, 7, 8].includes(orientation)
  const below = [3, 4, 6, 7].includes(orientation)
  for (let y = 0, to = 0; y < out.height; y++)
    for (let x = 0; x < out.width; x++, to += 3) {
      const u = lying ? y : x
      const v = lying ? x : y
      const from = ((below ? height - 1 - v : v) * width + (right ? width - 1 - u : u)) * 3
      out.data[to] = data[from]
      out.data[to + 1] = data[from + 1]
      out.data[to + 2] = data[from + 2]
    }
  return out
}
