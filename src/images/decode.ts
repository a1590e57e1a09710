import sharp, { type Metadata } from 'sharp'
import { ChiquitoError, messageOf } from '../core/index.js'
import { MAX_DIMENSION, MAX_FILE_BYTES, MAX_PIXELS, MIN_DIMENSION } from './limits.js'
import type { Pixels } from './pixels.js'
import { type PhotoFormat, sniff } from './sniff.js'

// No photo is decoded twice, so a cache of decoded pixels would only hold memory.
sharp.cache(false)
// Photos are decoded side by side; more threads inside one would only get in each other's way.
sharp.concurrency(1)

export interface DecodeOptions {
  /** What the photo is called in error messages, usually its path. */
  readonly name: string
  /** Pixels the short side must keep where the photo has them; a larger photo is shrunk while decoding. */
  readonly shortSide: number
}

/**
 * Decodes a photo told by its content, never by its name: JPEG, PNG, WebP, AVIF, GIF and animated WebP (first
 * frame), TIFF (first page). Turned upright as EXIF says; transparency laid on white; colour profiles ignored.
 * Throws `image`, naming the photo and the reason.
 */
export async function decode(bytes: Uint8Array, { name, shortSide }: DecodeOptions): Promise<Pixels> {
  return (await openPhoto(bytes, name)).pixelsAt(shortSide)
}

/** A photo whose header has been read and found acceptable. */
export interface OpenPhoto {
  /**
   * Its pixels, with at least this short side where it has it: halved while decoding as often as that allows.
   * Decoded once for each such size.
   */
  pixelsAt(shortSide: number): Promise<Pixels>
}

/** Reads a photo's header. Throws `image` for what is no photo, or too large a one. */
export async function openPhoto(bytes: Uint8Array, name: string): Promise<OpenPhoto> {
  checkFileSize(bytes.length, name)
  const sniffed = sniff(bytes)
  if ('refused' in sniffed) throw unreadable(name, sniffed.refused)
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      if (error instanceof ChiquitoError) throw error
      throw unreadable(name, explain(error, sniffed.format), error)
    }
  }
  // Reading the header decompresses nothing; whether there are too many pixels is then ours to say.
  const header = await guarded(sharp(bytes, { limitInputPixels: false }).metadata())
  checkSize(header.width, header.height, name)
  const decoded = new Map<number, Promise<Pixels>>()
  return {
    pixelsAt(shortSide) {
      const factor = halvings(Math.min(header.width, header.height), shortSide)
      const known = decoded.get(factor)
      if (known) return known
      const pixels = guarded(decodeShrunk(bytes, header, factor))
      decoded.set(factor, pixels)
      return pixels
    },
  }
}

/** The largest of 1, 2, 4 and 8 (what JPEG can leave out while decoding) that keeps the short side wanted. */
function halvings(side: number, wanted: number): number {
  return [8, 4, 2].find(factor => Math.floor(side / factor) >= wanted) ?? 1
}

/** The error for a photo that cannot be used. */
export function unreadable(name: string, reason: string, cause?: unknown): ChiquitoError {
  return new ChiquitoError('image', `${name}: ${reason}.`, { cause })
}

async function decodeShrunk(bytes: Uint8Array, header: Metadata, factor: number): Promise<Pixels> {
  const opened = sharp(bytes, {
    // As PIL does: a file that ends early is an error, a damaged spot inside it is not.
    failOn: 'truncated',
    limitInputPixels: MAX_PIXELS,
    sequentialRead: true,
    ignoreIcc: true,
  })
  const shrunk =
    factor === 1
      ? opened
      : opened.resize({
          width: Math.ceil(header.autoOrient.width / factor),
          height: Math.ceil(header.autoOrient.height / factor),
          fit: 'fill',
          kernel: 'linear',
        })
  const upright = header.orientation === undefined ? shrunk : shrunk.autoOrient()
  if (header.space === 'cmyk') {
    const { data, info } = await upright
      .pipelineColourspace('cmyk')
      .toColourspace('cmyk')
      .raw()
      .toBuffer({ resolveWithObject: true })
    return fromCmyk(data, info.width, info.height, info.channels)
  }
  const { data, info } = await (header.hasAlpha ? upright.flatten({ background: '#ffffff' }) : upright)
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return fromChannels(data, info.width, info.height, info.channels)
}

/** Throws for a file too large to be a photo. */
export function checkFileSize(size: number, name: string): void {
  if (size > MAX_FILE_BYTES)
    throw unreadable(name, `the file has ${size} bytes, more than the limit of ${MAX_FILE_BYTES}`)
}

/** Checked on the header, before anything is decompressed. */
export function checkSize(width: number, height: number, name: string): void {
  if (width > MAX_DIMENSION || height > MAX_DIMENSION)
    throw unreadable(name, `${width} x ${height} pixels, longer than the limit of ${MAX_DIMENSION} a side`)
  if (width * height > MAX_PIXELS)
    throw unreadable(name, `${width} x ${height} pixels, more than the limit of ${MAX_PIXELS}`)
  if (width < MIN_DIMENSION || height < MIN_DIMENSION)
    throw unreadable(name, `${width} x ${height} pixels, too few to show anything`)
}

/** Inks to light as most readers do it without a profile: each light is what its ink and black let through. */
function fromCmyk(data: Uint8Array, width: number, height: number, channels: number): Pixels {
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0, p = 0; i < rgb.length; i += 3, p += channels) {
    const light = 255 - data[p + 3]
    rgb[i] = ((255 - data[p]) * light + 127) / 255
    rgb[i + 1] = ((255 - data[p + 1]) * light + 127) / 255
    rgb[i + 2] = ((255 - data[p + 2]) * light + 127) / 255
  }
  return { width, height, data: rgb }
}

function fromChannels(data: Uint8Array, width: number, height: number, channels: number): Pixels {
  if (channels === 3)
    return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) }
  const rgb = new Uint8Array(width * height * 3)
  const colours = channels >= 3
  for (let i = 0, p = 0; i < rgb.length; i += 3, p += channels) {
    rgb[i] = data[p]
    rgb[i + 1] = colours ? data[p + 1] : data[p]
    rgb[i + 2] = colours ? data[p + 2] : data[p]
  }
  return { width, height, data: rgb }
}

const NAMES: Readonly<Record<PhotoFormat, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  avif: 'AVIF',
  gif: 'GIF',
  tiff: 'TIFF',
}

function explain(error: unknown, format: PhotoFormat): string {
  const message = messageOf(error)
    .split('\n')[0]
    .replace(/[.\s]+$/, '')
  return /premature end|truncat|end of (file|stream|image)|not enough|too short|unexpected end/i.test(message)
    ? `the ${NAMES[format]} file is truncated: it ends before the picture does (${message})`
    : `the ${NAMES[format]} file is damaged or of a kind that cannot be decoded (${message})`
}
