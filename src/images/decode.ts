import sharp from 'sharp'
import { ChiquitoError, messageOf } from '../core/index.js'
import { MAX_DIMENSION, MAX_FILE_BYTES, MAX_PIXELS, MIN_DIMENSION } from './limits.js'
import type { Pixels } from './pixels.js'
import { resizeTo } from './resize.js'
import { type PhotoFormat, sniff } from './sniff.js'

// No photo is decoded twice, so a cache of decoded pixels would only hold memory.
sharp.cache(false)

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
  if (bytes.length > MAX_FILE_BYTES)
    throw unreadable(name, `the file has ${bytes.length} bytes, more than the limit of ${MAX_FILE_BYTES}`)
  const sniffed = sniff(bytes)
  if ('refused' in sniffed) throw unreadable(name, sniffed.refused)
  try {
    return shrink(await decodeAny(bytes, name), shortSide)
  } catch (error) {
    if (error instanceof ChiquitoError) throw error
    throw unreadable(name, explain(error, sniffed.format), error)
  }
}

/** The error for a photo that cannot be used. */
export function unreadable(name: string, reason: string, cause?: unknown): ChiquitoError {
  return new ChiquitoError('image', `${name}: ${reason}.`, { cause })
}

async function decodeAny(bytes: Uint8Array, name: string): Promise<Pixels> {
  const image = sharp(bytes, {
    // As PIL does: a file that ends early is an error, a damaged spot inside it is not.
    failOn: 'truncated',
    limitInputPixels: MAX_PIXELS,
    sequentialRead: true,
    ignoreIcc: true,
  })
  const header = await image.metadata()
  checkSize(header.width, header.height, name)
  if (header.space === 'cmyk') {
    const { data, info } = await image
      .autoOrient()
      .pipelineColourspace('cmyk')
      .toColourspace('cmyk')
      .raw()
      .toBuffer({ resolveWithObject: true })
    return fromCmyk(data, info.width, info.height, info.channels)
  }
  const { data, info } = await image
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return fromChannels(data, info.width, info.height, info.channels)
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
  if (channels === 3) return { width, height, data }
  const rgb = new Uint8Array(width * height * 3)
  const colours = channels >= 3
  for (let i = 0, p = 0; i < rgb.length; i += 3, p += channels) {
    rgb[i] = data[p]
    rgb[i + 1] = colours ? data[p + 1] : data[p]
    rgb[i + 2] = colours ? data[p + 2] : data[p]
  }
  return { width, height, data: rgb }
}

/** A photo at least twice as large as asked is reduced by a whole factor: later passes then touch fewer pixels. */
function shrink(pixels: Pixels, shortSide: number): Pixels {
  const factor = Math.floor(Math.min(pixels.width, pixels.height) / shortSide)
  if (factor < 2) return pixels
  return resizeTo(pixels, Math.round(pixels.width / factor), Math.round(pixels.height / factor))
}

const NAMES: Readonly<Record<PhotoFormat, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  avif: 'AVIF',
  gif: 'GIF',
  tiff: 'TIFF',
  bmp: 'BMP',
}

function explain(error: unknown, format: PhotoFormat): string {
  const message = messageOf(error)
    .split('\n')[0]
    .replace(/[.\s]+$/, '')
  return /premature end|truncat|end of (file|stream|image)|not enough|too short|unexpected end/i.test(message)
    ? `the ${NAMES[format]} file is truncated: it ends before the picture does (${message})`
    : `the ${NAMES[format]} file is damaged or of a kind that cannot be decoded (${message})`
}
