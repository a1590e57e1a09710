import sharp, { type Sharp } from 'sharp'
import type { Pixels } from './pixels.js'
import { resizeTo } from './resize.js'

export interface EncodeOptions {
  /** 1 (smallest file) to 100 (best). */
  readonly quality?: number | undefined
  /** How finely a JPEG keeps colours; whole unless said. */
  readonly subsampling?: '4:2:0' | '4:4:4' | undefined
}

const DEFAULT_QUALITY = 85

/** A JPEG file. */
export function encodeJpeg(
  pixels: Pixels,
  { quality = DEFAULT_QUALITY, subsampling = '4:4:4' }: EncodeOptions = {},
): Promise<Uint8Array> {
  return picture(pixels).jpeg({ quality, chromaSubsampling: subsampling }).toBuffer()
}

/** A PNG file: exact. Each line is written as what it adds to its neighbours where that is shorter: photos need a third less. */
export function encodePng(pixels: Pixels): Promise<Uint8Array> {
  return picture(pixels).png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer()
}

/** A picture file as an address that a page can carry inside itself. */
export function dataUri(file: Uint8Array, type: 'image/jpeg' | 'image/png' | 'image/webp'): string {
  return `data:${type};base64,${Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString('base64')}`
}

/** A small copy for a report, as a data address: long side at most `side` pixels, proportions kept. */
export async function thumbnail(pixels: Pixels, side: number, options: EncodeOptions = {}): Promise<string> {
  const factor = Math.min(1, side / Math.max(pixels.width, pixels.height))
  const small = resizeTo(
    pixels,
    Math.max(1, Math.round(pixels.width * factor)),
    Math.max(1, Math.round(pixels.height * factor)),
  )
  return dataUri(await encodeJpeg(small, options), 'image/jpeg')
}

function picture({ width, height, data }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } })
}
