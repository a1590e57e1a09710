import sharp from 'sharp'
import { ChiquitoError, messageOf } from '../core/index.js'
import { decodeBmp, readBmpHeader } from './bmp.js'
import { decodeJpeg } from './jpeg.js'
import { readJpegHeader } from './jpeg-header.js'
import { MAX_DIMENSION, MAX_FILE_BYTES, MAX_PIXELS, MIN_DIMENSION } from './limits.js'
import type { Pixels } from './pixels.js'
import { resizeTo } from './resize.js'
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
 * frame), TIFF (first page), BMP without compression. Turned upright as EXIF says; transparency laid on white; colour profiles ignored.
 * Throws `image`, naming the photo and the reason.
 */
export function decode(bytes: Uint8Array, { name, shortSide }: DecodeOptions): Promise<Pixels> {
  return withPhoto(bytes, name, at => owned(at(shortSide)))
}

/** Pixels of the photo at hand with at least this short side where it has it; the next call may overwrite them. */
export type PixelsAt = (shortSide: number) => Pixels

/**
 * Opens a photo and calls `use`, which must do its work at once and may be called again. Nothing is copied that
 * `use` does not copy.
 */
export async function withPhoto<T>(bytes: Uint8Array, name: string, use: (at: PixelsAt) => T): Promise<T> {
  checkFileSize(bytes.length, name)
  const sniffed = sniff(bytes)
  if ('refused' in sniffed) throw unreadable(name, sniffed.refused)
  if (sniffed.format === 'jpeg') {
    const done = useJpeg(bytes, name, use)
    if (done) return done.result
  }
  const pixels = await decodeWithLibrary(bytes, name, sniffed.format)
  return use(shortSide => shrink(pixels, shortSide))
}

/** The fast way; undefined where the fast decoder does not take the file. */
function useJpeg<T>(bytes: Uint8Array, name: string, use: (at: PixelsAt) => T): { result: T } | undefined {
  const header = readJpegHeader(bytes)
  if (!header) return undefined
  checkSize(header.width, header.height, name)
  const refused = new Error('not for the fast decoder')
  try {
    const result = use(shortSide => {
      const pixels = decodeJpeg(bytes, header, shortSide)
      if (!pixels) throw refused
      return pixels
    })
    return { result }
  } catch (error) {
    if (error === refused) return undefined
    throw error
  }
}

/** Pixels of their own: the decoder's memory is used again. */
function owned({ width, height, data, blend }: Pixels): Pixels {
  return { width, height, data: blend ? data.slice() : data }
}

async function decodeWithLibrary(bytes: Uint8Array, name: string, format: PhotoFormat): Promise<Pixels> {
  if (format === 'bmp') return useBmp(bytes, name)
  try {
    return await decodeAny(bytes, name)
  } catch (error) {
    if (error instanceof ChiquitoError) throw error
    throw unreadable(name, explain(error, format), error)
  }
}

/** The error for a photo that cannot be used. */
export function unreadable(name: string, reason: string, cause?: unknown): ChiquitoError {
  return new ChiquitoError('image', `${name}: ${reason}.`, { cause })
}

function useBmp(bytes: Uint8Array, name: string): Pixels {
  const header = readBmpHeader(bytes)
  if ('refused' in header) throw unreadable(name, header.refused)
  checkSize(header.width, header.height, name)
  const pixels = decodeBmp(bytes, header)
  if (!pixels) throw unreadable(name, 'the BMP file is truncated: it ends before the picture does')
  return pixels
}

async function decodeAny(bytes: Uint8Array, name: string): Promise<Pixels> {
  // Reading the header decompresses nothing; whether there are too many pixels is then ours to say.
  const header = await sharp(bytes, { limitInputPixels: false }).metadata()
  checkSize(header.width, header.height, name)
  const image = sharp(bytes, {
    // As PIL does: a file that ends early is an error, a damaged spot inside it is not.
    failOn: 'truncated',
    limitInputPixels: MAX_PIXELS,
    sequentialRead: true,
    ignoreIcc: true,
  })
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
