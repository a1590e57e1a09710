import type { Metadata } from 'sharp'
import { readTiffTags, TAG, tagOf } from './tiff/tags.js'

/** Text chunks in which ImageMagick stores EXIF data in a PNG, as hexadecimal digits. */
const TEXT_CHUNKS = ['Raw profile type exif', 'Raw profile type APP1']

/**
 * The orientation (1 to 8) of a photo that has none where its format keeps it, as Pillow finds it: in a PNG's text
 * chunk, or among its XMP data.
 */
export function orientationBeside({ xmp, comments = [] }: Pick<Metadata, 'xmp' | 'comments'>): number {
  for (const { keyword, text } of comments)
    if (TEXT_CHUNKS.includes(keyword)) return orientationOf(bytesOfProfile(text)) ?? 1
  const found = xmp && /tiff:Orientation(?:="|>)([1-8])/.exec(xmp.toString('latin1'))
  return found ? Number(found[1]) : 1
}

/** A raw profile is three lines (nothing, its name, its length) and then digits. */
function bytesOfProfile(text: string): Uint8Array {
  return Buffer.from(text.split('\n').slice(3).join(''), 'hex')
}

/** The orientation that EXIF data names: a TIFF directory after the word `Exif` and two zeros. */
function orientationOf(exif: Uint8Array): number | undefined {
  const named = Buffer.from(exif.subarray(0, 6)).toString('latin1') === 'Exif\0\0'
  try {
    return tagOf(readTiffTags(named ? exif.subarray(6) : exif), TAG.orientation, 1)
  } catch {
    return undefined
  }
}
