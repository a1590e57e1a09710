import type { Pixels } from '../pixels.js'

/** What a file holds beside its pixels. */
export interface StoredBeside {
  /** EXIF data: a TIFF directory, with or without the word `Exif` before it. */
  readonly exif: Uint8Array | undefined
  /** XMP data, a piece of XML. */
  readonly xmp: Uint8Array | undefined
  readonly hasProfile: boolean
  /** EXIF orientation, 1 to 8, wherever the file says it. */
  readonly orientation: number
  /** Pictures in the file. */
  readonly frames: number
  /** Chroma subsampling, as `4:2:0`. */
  readonly subsampling: string | undefined
  /** What is unusual about how its colours are stored: `cmyk`, `with transparency`. */
  readonly notes: readonly string[]
}

/** A photo file whose header has been read: what every format's decoder gives. */
export interface PhotoHead {
  /** As stored, before it is turned upright. */
  readonly width: number
  readonly height: number
  /** Whether decoding can leave out pixels: by 2, 4 and 8. Others decode at 1 alone. */
  readonly shrinks: boolean
  /** Undefined where the decoder does not tell. */
  readonly beside?: StoredBeside | undefined
  /** About how much memory decoding takes at its most, in bytes, above the file itself. */
  memory(factor: number): number
  /** Its pixels, upright, transparency on white. Throws a `Refusal`, or whatever the library throws. */
  decode(factor: number): Promise<Pixels>
}

/**
 * The least a 16-bit photo's brightest byte may be: sensors of 10, 12 and 14 bits are often stored in 16 without a word
 * about it, and show as black. What is white then cannot be known.
 */
export const LEAST_WHITE = 64

/** Whether what 16-bit samples became is so dark that they hold fewer bits. */
export function fewerBits({ data }: Pixels): boolean {
  for (let i = 0; i < data.length; i++) if (data[i] >= LEAST_WHITE) return false
  return true
}

/** Why such a photo is refused. */
export const FEWER_BITS =
  'its 16-bit samples hold only the lower 14 bits or fewer, and nothing says which value is white; scale them to the full range, or save it with 8 bits'
