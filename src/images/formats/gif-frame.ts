import type { Pixels } from '../pixels.js'

// Also runs in a browser.

/** Where a GIF's first picture lies on the canvas, and the colour that is meant by 0 around it. */
export interface FirstFrame {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly colour: Uint8Array
}

/** Undefined where transparency decides, or where the file ends first: then the decoder says what is wrong. */
export function firstFrame(bytes: Uint8Array): FirstFrame | undefined {
  const u16 = (at: number) => bytes[at] | (bytes[at + 1] << 8)
  const tableBytes = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0)
  const global = tableBytes(bytes[10])
  for (let at = 13 + global; at + 10 < bytes.length; ) {
    if (bytes[at] === 0x21) {
      // A graphic control extension whose flag says that one colour is transparent.
      if (bytes[at + 1] === 0xf9 && bytes[at + 3] & 1) return undefined
      at += 2
      while (bytes[at] > 0) at += bytes[at] + 1
      at++
    } else if (bytes[at] === 0x2c) {
      const [left, top] = [u16(at + 1), u16(at + 3)]
      const table = tableBytes(bytes[at + 9]) > 0 ? at + 10 : 13
      return {
        left,
        top,
        right: left + u16(at + 5),
        bottom: top + u16(at + 7),
        colour: bytes.subarray(table, table + 3),
      }
    } else return undefined
  }
  return undefined
}

/** Whether a first picture leaves anything of its canvas free. */
export function leavesFree(
  { left, top, right, bottom }: FirstFrame,
  { width, height }: { readonly width: number; readonly height: number },
): boolean {
  return left > 0 || top > 0 || right < width || bottom < height
}

/** A canvas with its free part in the colour that is meant. */
export function surround(
  { width, height, data }: Pixels,
  { left, top, right, bottom, colour }: FirstFrame,
): Pixels {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (x < left || x >= right || y < top || y >= bottom) data.set(colour, (y * width + x) * 3)
  return { width, height, data }
}
