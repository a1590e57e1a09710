import { CONVERT } from './refusal.js'

/** The formats a photo may come in, told by content. */
export type PhotoFormat =
  | 'jpeg'
  | 'png'
  | 'webp'
  | 'avif'
  | 'gif'
  | 'tiff'
  | 'bmp'
  | 'ico'
  | 'netpbm'
  | 'jpeg2000'
  | 'heic'

/** What a file is: a format that can be decoded, or why it is refused. */
export type Sniffed = { readonly format: PhotoFormat } | { readonly refused: string }

const SUPPORTED = 'JPEG, PNG, WebP, AVIF, HEIC, GIF, TIFF, BMP, ICO, PPM or JPEG 2000'

const named = (what: string): Sniffed => ({ refused: `${what}, which cannot be decoded here; ${CONVERT}` })

/** File signatures: Latin-1, `?` for any byte. Formats of photos first, then those refused by name. */
const SIGNATURES: readonly (readonly [signature: string, sniffed: Sniffed])[] = [
  ['\xff\xd8\xff', { format: 'jpeg' }],
  ['\x89PNG\r\n\x1a\n', { format: 'png' }],
  ['RIFF????WEBP', { format: 'webp' }],
  ['GIF87a', { format: 'gif' }],
  ['GIF89a', { format: 'gif' }],
  ['II*\0????????CR', named('a camera raw file (CR2)')],
  ['II*\0', { format: 'tiff' }],
  ['MM\0*', { format: 'tiff' }],
  ['II+\0', { format: 'tiff' }],
  ['MM\0+', { format: 'tiff' }],
  ['\0\0\x01\0', { format: 'ico' }],
  ['\0\0\0\x0cjP  \r\n\x87\n', { format: 'jpeg2000' }],
  ['\xff\x4f\xff\x51', { format: 'jpeg2000' }],
  ['%PDF', { refused: `a PDF document, which is not a photo; ${CONVERT}` }],
  ['%!PS', { refused: `a PostScript document, which is not a photo; ${CONVERT}` }],
  ['8BPS', named('a Photoshop file')],
  ['\0\0\0\x0cJXL ', named('JPEG XL')],
  ['\xff\x0a', named('JPEG XL')],
  ['qoif', named('QOI')],
  ['DDS ', named('a DirectX texture (DDS)')],
  ['icns', named('a macOS icon')],
  ['\x76\x2f\x31\x01', named('OpenEXR')],
  ['#?RADIANCE', named('a Radiance picture (HDR)')],
  ['#?RGBE', named('a Radiance picture (HDR)')],
  ['SIMPLE  =', named('a FITS file')],
  ['\x01\xda', named('an SGI picture')],
  ['\x59\xa6\x6a\x95', named('a Sun raster')],
  ['gimp xcf', named('a GIMP file')],
  ['IIRO', named('a camera raw file (Olympus)')],
  ['IIRS', named('a camera raw file (Olympus)')],
  ['IIU\0', named('a camera raw file (Panasonic)')],
  ['FUJIFILMCCD-RAW', named('a camera raw file (Fujifilm)')],
  ['\xd7\xcd\xc6\x9a', named('a Windows metafile')],
  ['BPG\xfb', named('BPG')],
  ['II\xbc', named('JPEG XR')],
  ['RIFF????AVI ', { refused: 'a video (AVI), not a photo' }],
  ['\x1aE\xdf\xa3', { refused: 'a video (Matroska or WebM), not a photo' }],
  ['PK\x03\x04', { refused: 'a ZIP archive, not a photo; unpack it' }],
  ['Rar!', { refused: 'a RAR archive, not a photo; unpack it' }],
  ['\x1f\x8b', { refused: 'a file compressed with gzip, not a photo; unpack it' }],
]

/**
 * Tells what a file is from its first bytes, never from its name.
 *
 * @param expected - the formats that are read here, in words
 */
export function sniff(bytes: Uint8Array, expected = SUPPORTED): Sniffed {
  if (bytes.length === 0) return { refused: 'an empty file' }
  for (const [signature, sniffed] of SIGNATURES) if (matches(bytes, signature)) return sniffed
  if (matches(bytes, '????ftyp')) return mediaContainer(bytes)
  return byHeader(bytes) ?? other(bytes, expected)
}

function matches(bytes: Uint8Array, signature: string): boolean {
  if (bytes.length < signature.length) return false
  for (let i = 0; i < signature.length; i++)
    if (signature[i] !== '?' && bytes[i] !== signature.charCodeAt(i)) return false
  return true
}

/** Formats that begin with too little to tell them by it alone. */
function byHeader(bytes: Uint8Array): Sniffed | undefined {
  const start = latin(bytes, 0, 64)
  // The header's size follows the file's: texts that begin with BM have other bytes there.
  if (start.startsWith('BM') && bytes.subarray(15, 18).every(byte => byte === 0)) return { format: 'bmp' }
  if (isCursor(bytes)) return { format: 'ico' }
  if (/^P[1-6][\s#]/.test(start) || start.startsWith('P7\n')) return { format: 'netpbm' }
  if (/^P[Ff]\n/.test(start)) return named('a Netpbm file of floating-point samples (PFM)')
  if (isPcx(bytes)) return named('PCX')
  if (isTarga(bytes)) return named('a Targa file (TGA)')
  if (/^\/\* XPM \*\//.test(start) || /^#define \w+_width /.test(start)) return named('an X11 bitmap')
  return undefined
}

/** A cursor begins as a Targa file may: its directory has pictures, the first of which lies behind it. */
function isCursor(bytes: Uint8Array): boolean {
  if (bytes.length < 22 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 2 || bytes[3] !== 0) return false
  const count = bytes[4] | (bytes[5] << 8)
  const at = bytes[18] | (bytes[19] << 8) | (bytes[20] << 16)
  return count > 0 && bytes[9] === 0 && bytes[21] === 0 && at >= 6 + 16 * count
}

/** PCX: a tag, a version, runs, and 1 to 8 bits a plane, in a header of 128 bytes. */
function isPcx([tag, version, packed, bits]: Uint8Array): boolean {
  return tag === 10 && version <= 5 && packed === 1 && [1, 2, 4, 8].includes(bits)
}

/** Targa has no signature at its beginning, and not always one at its end: its header must make sense (TGA 2.0). */
function isTarga(bytes: Uint8Array): boolean {
  if (latin(bytes, bytes.length - 18, bytes.length - 2) === 'TRUEVISION-XFILE') return true
  if (bytes.length < 18) return false
  const [, mapped, kind] = bytes
  const depth = bytes[16]
  const mapDepth = bytes[7]
  const colourMapped = kind === 1 || kind === 9
  return (
    [1, 2, 3, 9, 10, 11].includes(kind) &&
    (colourMapped ? mapped === 1 && [15, 16, 24, 32].includes(mapDepth) : mapped <= 1) &&
    [8, 15, 16, 24, 32].includes(depth) &&
    (bytes[17] & 0xc0) === 0 &&
    (bytes[12] | bytes[13]) > 0 &&
    (bytes[14] | bytes[15]) > 0
  )
}

/** Brands of ISO base media files (ISO/IEC 14496-12, 4.3, and its registration authority's list). */
const AVIF_BRANDS = ['avif', 'avis', 'avio']
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']
/** Pictures with other codecs inside, and what they are. */
const OTHER_BRANDS: Readonly<Record<string, string>> = {
  jpeg: 'a HEIF file with JPEG inside',
  jpgs: 'a HEIF file with JPEG inside',
  avci: 'a HEIF file with H.264 inside',
  avcs: 'a HEIF file with H.264 inside',
  j2ki: 'a HEIF file with JPEG 2000 inside',
  j2is: 'a HEIF file with JPEG 2000 inside',
  vvic: 'a HEIF file with H.266 inside',
  vvis: 'a HEIF file with H.266 inside',
  evbi: 'a HEIF file with EVC inside',
  jxl: 'JPEG XL',
  crx: 'a camera raw file (CR3)',
}
/** HEIF by its structure alone, whatever the codec. */
const HEIF_BRAND = /^(mif|miaf|msf|mif\d|msf\d|MiHE|MiHA|MiHB|MiPr|tmap|pred|unif)/
/** Brands stand in the first box; more than this many would be odd. */
const MAX_BRANDS = 32

/** Pictures and videos in ISO base media files differ by the brands in their first box. */
function mediaContainer(bytes: Uint8Array): Sniffed {
  const boxBytes = (bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]
  const end = Math.min(boxBytes, bytes.length, 16 + 4 * MAX_BRANDS)
  const brands = [latin(bytes, 8, 12)]
  for (let i = 16; i + 4 <= end; i += 4) brands.push(latin(bytes, i, i + 4))
  const [main] = brands
  // Files with a short header name their codec where others have a version (ISO/IEC 23008-12, 4.3 on `mif3`).
  if (main === 'mif3') brands.push(latin(bytes, 12, 16))
  if (brands.some(brand => AVIF_BRANDS.includes(brand))) return { format: 'avif' }
  if (brands.some(brand => HEIC_BRANDS.includes(brand))) return { format: 'heic' }
  const known = brands.find(brand => Object.hasOwn(OTHER_BRANDS, brand.trim()))
  if (known !== undefined) return named(OTHER_BRANDS[known.trim()])
  // The codec is then named further inside, where the library looks.
  if (brands.some(brand => HEIF_BRAND.test(brand))) return { format: 'heic' }
  return { refused: `a video or audio file (${visible(main)}), not a photo` }
}

function other(bytes: Uint8Array, expected: string): Sniffed {
  const start = latin(bytes, 0, 512)
  if (/^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*|<!--.*?-->\s*|<!doctype svg[^>]*>\s*)*<svg/is.test(start))
    return { refused: `an SVG drawing, which is not a photo; ${CONVERT}` }
  if (/^(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)/i.test(start))
    return { refused: 'a web page, not an image: its address answered with HTML when it was downloaded' }
  if (start.startsWith('version https://git-lfs'))
    return { refused: 'a Git LFS pointer in place of the photo; fetch it with git lfs pull' }
  if (/^\0+$/.test(start)) return { refused: 'nothing but zeros: its content was never written' }
  return { refused: `not an image (starts with ${visible(start.slice(0, 16))}); expected ${expected}` }
}

function latin(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(Math.max(0, from), Math.max(0, to)))
}

/** The text quoted when it is plain ASCII, else its bytes in hexadecimal: nothing that could upset a terminal. */
function visible(text: string): string {
  if (/^[\x20-\x7e\r\n\t]+$/.test(text)) return JSON.stringify(text)
  const hex = [...text].slice(0, 8).map(character => character.charCodeAt(0).toString(16).padStart(2, '0'))
  return `the bytes ${hex.join(' ')}`
}
