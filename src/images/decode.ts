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
import { MAX_DIMENSION, MAX_FILE_BYTES, MAX_PIXELS, MIN_DIMENSION } from './limits.js'
import type { Pixels } from './pixels.js'
import { resizeTo } from './resize.js'

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

/** The largest of 1, 2, 4 and 8 (what JPEG can leave out while decoding) that keeps the short side wanted. */
function halvings({ width, height }: PhotoHead, wanted: number): number {
  return [8, 4, 2].find(factor => Math.floor(Math.min(width, height) / factor) >= wanted) ?? 1
}

/** What was decoded whole is shrunk at once, so that no large picture stays. */
function shrunk({ shrinks }: PhotoHead, pixels: Pixels, factor: number): Pixels {
  if (shrinks || factor === 1) return pixels
  return resizeTo(pixels, Math.ceil(pixels.width / factor), Math.ceil(pixels.height / factor))
}

/** What is wrong with a photo, coarsely. */
export type PhotoProblem = 'no-photo' | 'damaged' | 'large' | 'small'

/** A photo that cannot be used. */
export class UnreadablePhoto extends ChiquitoError {
  constructor(
    message: string,
    readonly problem: PhotoProblem,
    options?: { cause?: unknown },
  ) {
    super('image', message, options)
  }
}

/** The error for a photo that cannot be used. */
export function unreadable(
  name: string,
  reason: string,
  cause?: unknown,
  problem: PhotoProblem = 'damaged',
): UnreadablePhoto {
  return new UnreadablePhoto(`${name}: ${reason}.`, problem, { cause })
}

/** Throws for a file too large to be a photo. */
export function checkFileSize(size: number, name: string): void {
  if (size > MAX_FILE_BYTES)
    throw unreadable(
      name,
      `the file has ${size} bytes, more than the limit of ${MAX_FILE_BYTES}`,
      undefined,
      'large',
    )
}

/** Checked on the header, before anything is decompressed. */
export function checkSize(width: number, height: number, name: string, mostPixels = MAX_PIXELS): void {
  const refuse = (problem: PhotoProblem, why: string) => {
    throw unreadable(name, `${width} x ${height} pixels, ${why}`, undefined, problem)
  }
  if (width > MAX_DIMENSION || height > MAX_DIMENSION)
    refuse('large', `longer than the limit of ${MAX_DIMENSION} a side`)
  if (width * height > mostPixels) refuse('large', `more than the limit of ${mostPixels}`)
  if (width < MIN_DIMENSION || height < MIN_DIMENSION) refuse('small', 'too few to show anything')
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
