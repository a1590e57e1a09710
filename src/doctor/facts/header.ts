import { headerOf, jpegMarks, type OpenPhoto, storyOf } from '../../images/index.js'
import type { HeaderFacts } from './facts.js'

/** What a photo's file says of itself. */
export function headerFacts(bytes: Uint8Array, photo: OpenPhoto): HeaderFacts {
  const { format, beside } = photo
  const { width, height } = headerOf(photo)
  const { exif, xmp, hasProfile = false, orientation = 1, frames = 1, subsampling } = beside ?? {}
  const isJpeg = format === 'jpeg'
  const marks = isJpeg ? jpegMarks(bytes) : { quantisation: null, hasEnd: true }
  return {
    format,
    width,
    height,
    frames: format === 'png' ? framesOfPng(bytes) : frames,
    orientation,
    quantisation: marks.quantisation,
    subsampling: isJpeg ? (subsampling ?? null) : null,
    hasEnd: marks.hasEnd,
    hasExif: exif !== undefined,
    hasProfile,
    ...storyOf({ exif, xmp }),
  }
}

/** An animated PNG says in a chunk before its pixels how many pictures it has (`acTL`, PNG specification, third edition). */
function framesOfPng(bytes: Uint8Array): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 8; at + 12 <= view.length; at += 12 + view.readUInt32BE(at)) {
    const type = view.toString('latin1', at + 4, at + 8)
    if (type === 'acTL') return Math.max(1, view.readUInt32BE(at + 8))
    if (type === 'IDAT') return 1
  }
  return 1
}
