import type { PhotoProblem } from '../../images/index.js'

/** What a photo's file says of itself, before its pixels: from its head, never from its name. */
export interface HeaderFacts {
  /** Told by its content: `jpeg`, `png`, … */
  readonly format: string
  /** Pixels, upright. */
  readonly width: number
  readonly height: number
  /** Pictures in the file: more than one in an animation. */
  readonly frames: number
  /** EXIF orientation, 1 to 8; 1 where nothing is said. */
  readonly orientation: number
  /** Mean of the JPEG's luminance quantisation table, 1 (finest) to 255; null for other formats. */
  readonly quantisation: number | null
  /** Chroma subsampling of a JPEG, as `4:2:0`; null for other formats. */
  readonly subsampling: string | null
  /** False for a JPEG without the mark of its end: it may show all of its picture, but was cut off or copied badly. */
  readonly hasEnd: boolean
  readonly hasExif: boolean
  readonly hasProfile: boolean
  /** EXIF says where the photo was taken. */
  readonly hasPlace: boolean
  /** EXIF or XMP fields that name people: `Artist`, `Copyright`, … */
  readonly names: readonly string[]
  /** When the photo was taken, as EXIF has it (`2018:04:01 10:00:00`); null where it says nothing. */
  readonly takenAt: string | null
}

/** What overexposure leaves, measured on what is not the white paper around the subject. Shares are 0 to 1. */
export interface LightFacts {
  /** Share of the photo that is white and reaches in from its edge; 0 where that is little. The others are of the rest. */
  readonly paper: number
  /** Share of pixels of which a channel is full (252 or more); of which all are; of which one is nearly (236 to 251). */
  readonly full: readonly [any: number, all: number, nearly: number]
  /** Share of neighbours of exactly one colour, among those of which some channels are full and some are not. */
  readonly even: number
  /** Root mean square of second differences of brightness, across. */
  readonly detail: number
  /** Brightness that half of the pixels lie below. */
  readonly median: number
}

/** What a photo looks like, from one small decode. Brightness is 0 to 255, by ITU-R 601-2. */
export interface LookFacts {
  /** `symmetricHash` of the photo: 64 hexadecimal digits, of which the first 16 are its `perceptualHash`. */
  readonly phash: string
  /** The same of the photo without the frame around it (`insideFrame`); equal to `phash` where there is none. */
  readonly innerPhash: string
  /** Share of the area that is uniform border, 0 to 1. */
  readonly border: number
  /** Brightness: mean, and what 1, 5, 95 and 99 of a hundred pixels lie below. */
  readonly luminance: {
    readonly mean: number
    readonly p1: number
    readonly p5: number
    readonly p95: number
    readonly p99: number
  }
  /** Deviation of the Laplacian at a long side of 256 pixels: how much fine detail there is. */
  readonly sharpness: number
  /**
   * Root mean squares of second differences: across, down, and along both diagonals, at long sides of 256, 128 and 64
   * pixels (12 numbers). A blurred photo lacks the fine ones for its coarse ones; one blurred by motion in one direction.
   */
  readonly detail: readonly number[]
  /** Entropy of brightness, bits, 0 to 8. */
  readonly entropy: number
  /** Different colours among those looked at, channels rounded to 5 bits. */
  readonly colours: number
  /**
   * Different colours of 8 bits a channel, counted up to 4,096; null where the photo was shrunk while decoding, so that they
   * were mixed.
   */
  readonly palette: number | null
  readonly light: LightFacts
  /** What 99 of a hundred pixels' difference between largest and smallest channel lies below: near 0 in grey photos. */
  readonly chroma: number
  /** Mean colour, RGB. */
  readonly colour: readonly [number, number, number]
  /** Mean colours (RGB) of the outer 12 of 4 x 4 fields, row by row: the photo's edge without its middle. */
  readonly edge: readonly number[]
}

/** All that quick checks ask of a photo's content; kept by its SHA-256, so that it is measured once. */
export interface PhotoFacts {
  /** Null where the file is no photo, or one that cannot be used. */
  readonly header: HeaderFacts | null
  /** Null where it cannot be decoded. */
  readonly looks: LookFacts | null
  /** Why it cannot be used; null where it can. */
  readonly problem: { readonly kind: PhotoProblem; readonly message: string } | null
}
