import { ChiquitoError, messageOf } from '../core/index.js'
import { gated } from './decode-gate.js'
import {
  FORMATS,
  type PhotoFormat,
  type PhotoHead,
  Refusal,
  type StoredBeside,
  sniff,
} from './formats/index.js'
import { MAX_PIXELS } from './limits.js'
import type { Pixels } from './pixels.js'
import { resizeTo } from './resize.js'
import { checkFileSize, checkSize, halvings, unreadable } from './unreadable.js'

export interface DecodeOptions {
  /** What the photo is called in error messages, usually its path. */
  readonly name: string
  /** Pixels the short side must keep where the photo has them; a larger photo is shrunk while decoding. */
  readonly shortSide: number
}

/**
 * Decodes a photo told by its content, never by its name (docs/formats.md says what becomes of which kind): the first
 * picture of an animation, the first page of a TIFF. Turned upright as EXIF says; transparency laid on white; colour
 * profiles ignored. Throws `image`, naming the photo and the reason.
 */
export async function decode(bytes: Uint8Array, { name, shortSide }: DecodeOptions): Promise<Pixels> {
  return (await openPhoto(bytes, name)).pixelsAt(shortSide)
}

/** A photo whose header has been read and found acceptable. */
export interface OpenPhoto {
  readonly format: PhotoFormat
  /** As stored, before it is turned upright. */
  readonly width: number
  readonly height: number
  /** What the file holds beside its pixels; undefined where its decoder does not tell. */
  readonly beside: StoredBeside | undefined
  /**
   * Its pixels, with at least this short side where it has it: halved while decoding as often as that allows.
   * Decoded once for each such size.
   */
  pixelsAt(shortSide: number): Promise<Pixels>
}

/** Reads a photo's header. Throws `image` for what is no photo, or too large a one. */
export async function openPhoto(
  bytes: Uint8Array,
  name: string,
  mostPixels: number = MAX_PIXELS,
): Promise<OpenPhoto> {
  checkFileSize(bytes.length, name)
  const sniffed = sniff(bytes)
  if ('refused' in sniffed) throw unreadable(name, sniffed.refused, undefined, 'no-photo')
  const { format } = sniffed
  const head = await guarded(name, format, () => FORMATS[format].open(bytes))
  checkSize(head.width, head.height, name, Math.min(mostPixels, MAX_PIXELS))
  const decoded = new Map<number, Promise<Pixels>>()
  return {
    format,
    width: head.width,
    height: head.height,
    beside: head.beside,
    pixelsAt(shortSide) {
      const factor = halvings(head, shortSide)
      const known = decoded.get(factor)
      if (known) return known
      const pixels = guarded(name, format, () =>
        gated(head.memory(factor), async () => shrunk(head, await head.decode(factor), factor)),
      )
      decoded.set(factor, pixels)
      return pixels
    },
  }
}

/** What a decoder throws, as an error that names the photo. */
async function guarded<T>(name: string, format: PhotoFormat, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ChiquitoError) throw error
    throw unreadable(name, error instanceof Refusal ? error.message : explain(error, format), error)
  }
}

/** What was decoded whole is shrunk at once, so that no large picture stays. */
function shrunk({ shrinks }: PhotoHead, pixels: Pixels, factor: number): Pixels {
  if (shrinks || factor === 1) return pixels
  return resizeTo(pixels, Math.ceil(pixels.width / factor), Math.ceil(pixels.height / factor))
}

function explain(error: unknown, format: PhotoFormat): string {
  const { name } = FORMATS[format]
  const message = messageOf(error)
    .split('\n')[0]
    .replace(/[.\s]+$/, '')
  return /premature end|truncat|end of (file|stream|image)|not enough|too short|unexpected end/i.test(message)
    ? `the ${name} file is truncated: it ends before the picture does (${message})`
    : `the ${name} file is damaged or of a kind that cannot be decoded (${message})`
}
