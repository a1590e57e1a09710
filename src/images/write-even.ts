import { openPhoto } from './decode.js'
import { encodeJpeg, encodePng } from './encode.js'
import type { Pixels } from './pixels.js'
import { type Box, resize } from './resize.js'

/** How a photo is written anew. */
export interface EvenFormat {
  /** Width by height to which it is cropped about its middle; null leaves its shape. */
  readonly aspect: number | null
  /** Height of the cropped photo, or short side of one that is not; null leaves its size. Smaller photos are enlarged. */
  readonly side: number | null
  readonly format: 'jpeg' | 'png'
  /** Of the JPEG, 1 to 100. */
  readonly quality: number
  readonly subsampling: '4:2:0' | '4:4:4'
}

/**
 * A photo written anew: upright, cropped, sized, with nothing stored beside the picture. The same bytes give the same bytes.
 * Throws `UnreadablePhoto`.
 */
export async function writeEven(bytes: Uint8Array, name: string, even: EvenFormat): Promise<Uint8Array> {
  const photo = await openPhoto(bytes, name)
  const pixels = await photo.pixelsAt(neededShortSide(photo, even))
  const box = middle(pixels, even.aspect)
  const [width, height] = sizeOf(box, even)
  const isWhole = width === pixels.width && height === pixels.height
  const made = isWhole ? pixels : resize(pixels, box, width, height)
  return even.format === 'png' ? encodePng(made) : encodeJpeg(made, even)
}

/** What the short side must keep so that nothing is enlarged that need not be; the photo may yet be turned upright. */
function neededShortSide({ width, height }: Size, { aspect, side }: EvenFormat): number {
  const short = Math.min(width, height)
  if (side === null) return short
  const heights =
    aspect === null ? [short] : [Math.min(height, width / aspect), Math.min(width, height / aspect)]
  return Math.min(short, Math.ceil((short * side) / Math.min(...heights)))
}

type Size = Pick<Pixels, 'width' | 'height'>

/** The largest part about the middle that has the shape, in whole pixels. */
function middle({ width, height }: Pixels, aspect: number | null): Box {
  if (aspect === null) return { left: 0, top: 0, width, height }
  const [w, h] = [
    Math.max(1, Math.min(width, Math.round(height * aspect))),
    Math.max(1, Math.min(height, Math.round(width / aspect))),
  ]
  return { left: (width - w) >> 1, top: (height - h) >> 1, width: w, height: h }
}

function sizeOf({ width, height }: Box, { aspect, side }: EvenFormat): [width: number, height: number] {
  if (side === null) return [width, height]
  if (aspect !== null) return [Math.max(1, Math.round(side * aspect)), side]
  const factor = side / Math.min(width, height)
  return [Math.max(1, Math.round(width * factor)), Math.max(1, Math.round(height * factor))]
}
