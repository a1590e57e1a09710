import { openPhoto } from './decode.js'
import { encodeJpeg } from './encode.js'
import type { PhotoFormat } from './formats/index.js'
import { HASH_SIDE, perceptualHash } from './perceptual-hash.js'
import type { Pixels } from './pixels.js'

/** What a photo is, once it has been decoded. */
export interface ExaminedPhoto {
  /** Told by its content. */
  readonly format: PhotoFormat
  /** Pixels, upright. */
  readonly width: number
  readonly height: number
  /** What it looks like: see `perceptualHash`. */
  readonly phash: string
}

/** Decoding so few pixels whole takes less time than having them shrunk on the way (LFW's 250 x 250: 1.9 and 2.5 ms). */
const WHOLE_PIXELS = 512 * 512

/**
 * Decodes a photo to see whether it is one, all of it, and what it looks like. Throws `UnreadablePhoto`, naming the photo
 * and the reason.
 */
export async function examinePhoto(bytes: Uint8Array, name: string): Promise<ExaminedPhoto> {
  const photo = await openPhoto(bytes, name)
  const isSmall = photo.width * photo.height <= WHOLE_PIXELS
  const pixels = await photo.pixelsAt(isSmall ? Number.POSITIVE_INFINITY : HASH_SIDE)
  const { width, height } = isTurned(photo, pixels)
    ? { width: photo.height, height: photo.width }
    : { width: photo.width, height: photo.height }
  return { format: photo.format, width, height, phash: perceptualHash(pixels) }
}

/** Formats that every tool opens which reads folders of photos: TensorFlow's `decode_image` knows no others. */
const everywhere: ReadonlySet<PhotoFormat> = new Set(['jpeg', 'png', 'gif', 'bmp'])

/** Of the JPEG that stands for a photo in another format: no difference is seen. */
const QUALITY = 95

/** Whether only some tools open a photo: its format is rare, or it is a JPEG for printing. */
export function isRare(bytes: Uint8Array, format: PhotoFormat): boolean {
  return !everywhere.has(format) || (format === 'jpeg' && hasFourColours(bytes))
}

/** The same photo as a JPEG that every tool opens: upright, transparency on white. Throws `UnreadablePhoto`. */
export async function asJpeg(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  const photo = await openPhoto(bytes, name)
  return encodeJpeg(await photo.pixelsAt(Number.POSITIVE_INFINITY), { quality: QUALITY })
}

/** Whether a JPEG has four components, as CMYK has; TensorFlow refuses those. (ITU-T T.81, B.2.2: frame headers.) */
function hasFourColours(bytes: Uint8Array): boolean {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1]
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return bytes[at + 9] === 4
    at += marker === 0xff ? 1 : 2 + bytes[at + 2] * 256 + bytes[at + 3]
  }
  return false
}

/** Whether the photo was turned when it was decoded: its sides then are as the stored ones the other way round. */
function isTurned(stored: Size, seen: Size): boolean {
  const far = (width: number, height: number) => Math.abs(seen.width * height - seen.height * width)
  return far(stored.height, stored.width) < far(stored.width, stored.height)
}

type Size = Pick<Pixels, 'width' | 'height'>
