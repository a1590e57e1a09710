import { CONVERT } from './refusal.js'

/** The formats a photo may come in, told by content. */
export type PhotoFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff'

/** What a file is: a format that can be decoded, or why it is refused. */
export type Sniffed = { readonly format: PhotoFormat } | { readonly refused: string }

const SUPPORTED = 'JPEG, PNG, WebP, AVIF, GIF or TIFF'

/** File signatures: ASCII, `?` for any byte. Formats of photos first, then those refused by name. */
const SIGNATURES: readonly (readonly [signature: string, sniffed: Sniffed])[] = [
  ['\xff\xd8\xff', { format: 'jpeg' }],
  ['\x89PNG\r\n\x1a\n', { format: 'png' }],
  ['RIFF????WEBP', { format: 'webp' }],
  ['GIF87a', { format: 'gif' }],
  ['GIF89a', { format: 'gif' }],
  ['II*\0', { format: 'tiff' }],
  ['MM\0*', { format: 'tiff' }],
  ['BM', { refused: `a BMP file, which cannot be decoded here; ${CONVERT}` }],
  ['%PDF', { refused: `a PDF document, which is not a photo; ${CONVERT}` }],
  ['8BPS', { refused: `a Photoshop file; ${CONVERT}` }],
  ['\0\0\x01\0', { refused: `a Windows icon, which is not a photo; ${CONVERT}` }],
  ['\0\0\0\x0cJXL ', { refused: `JPEG XL, which cannot be decoded here; ${CONVERT}` }],
  ['\xff\x0a', { refused: `JPEG XL, which cannot be decoded here; ${CONVERT}` }],
  ['\0\0\0\x0cjP  ', { refused: `JPEG 2000, which cannot be decoded here; ${CONVERT}` }],
  ['II+\0', { format: 'tiff' }],
  ['MM\0+', { format: 'tiff' }],
]

const AVIF_BRANDS = ['avif', 'avis']
const HEIC_BRANDS = ['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1']
/** Brands stand in the first box; more than this many would be odd. */
const MAX_BRANDS = 16

/** Tells what a file is from its first bytes, never from its name. */
export function sniff(bytes: Uint8Array): Sniffed {
  if (bytes.length === 0) return { refused: 'an empty file' }
  for (const [signature, sniffed] of SIGNATURES) if (matches(bytes, signature)) return sniffed
  if (matches(bytes, '????ftyp')) return mediaContainer(bytes)
  return other(bytes)
}

function matches(bytes: Uint8Array, signature: string): boolean {
  if (bytes.length < signature.length) return false
  for (let i = 0; i < signature.length; i++)
    if (signature[i] !== '?' && bytes[i] !== signature.charCodeAt(i)) return false
  return true
}

/** ISO base media files (AVIF, HEIC, videos) differ by the brands in their first box (ISO/IEC 14496-12, 4.3). */
function mediaContainer(bytes: Uint8Array): Sniffed {
  const boxBytes = (bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]
  const end = Math.min(boxBytes, bytes.length, 16 + 4 * MAX_BRANDS)
  const brands = [latin(bytes, 8, 12)]
  for (let i = 16; i + 4 <= end; i += 4) brands.push(latin(bytes, i, i + 4))
  if (brands.some(brand => AVIF_BRANDS.includes(brand))) return { format: 'avif' }
  if (brands.some(brand => HEIC_BRANDS.includes(brand)))
    return {
      refused: `HEIC, whose patented codec is not included; ${CONVERT} (iPhone: Settings, Camera, Formats, Most Compatible)`,
    }
  return { refused: `a video or audio file (${visible(brands[0])}), not a photo` }
}

function other(bytes: Uint8Array): Sniffed {
  const start = latin(bytes, 0, 512)
  if (/^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*|<!--.*?-->\s*|<!doctype svg[^>]*>\s*)*<svg/is.test(start))
    return { refused: `an SVG drawing, which is not a photo; ${CONVERT}` }
  if (/^(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)/i.test(start))
    return { refused: 'a web page, not an image: its address answered with HTML when it was downloaded' }
  return { refused: `not an image (starts with ${visible(start.slice(0, 16))}); expected ${SUPPORTED}` }
}

function latin(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to))
}

/** The text quoted when it is plain ASCII, else its bytes in hexadecimal: nothing that could upset a terminal. */
function visible(text: string): string {
  if (/^[\x20-\x7e\r\n\t]+$/.test(text)) return JSON.stringify(text)
  const hex = [...text].slice(0, 8).map(character => character.charCodeAt(0).toString(16).padStart(2, '0'))
  return `the bytes ${hex.join(' ')}`
}
