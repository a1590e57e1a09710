import { openPhoto } from './decode.js'
import type { PhotoFormat } from './formats/index.js'
import { HASH_SIDE, perceptualHash } from './perceptual-hash.js'

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

/**
 * Decodes a photo to see whether it is one, all of it, and what it looks like. Throws `image`, naming the photo and the
 * reason.
 */
export async function examinePhoto(bytes: Uint8Array, name: string): Promise<ExaminedPhoto> {
  const photo = await openPhoto(bytes, name)
  const pixels = await photo.pixelsAt(HASH_SIDE)
  const [width, height] = isTurned(photo, pixels) ? [photo.height, photo.width] : [photo.width, photo.height]
  return { format: photo.format, width, height, phash: perceptualHash(pixels) }
}

/** Whether the photo was turned when it was decoded: its sides then are as the stored ones the other way round. */
function isTurned(stored: Size, seen: Size): boolean {
  const far = (width: number, height: number) => Math.abs(seen.width * height - seen.height * width)
  return far(stored.height, stored.width) < far(stored.width, stored.height)
}

interface Size {
  readonly width: number
  readonly height: number
}
