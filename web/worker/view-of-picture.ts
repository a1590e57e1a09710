import { ChiquitoError, messageOf } from '../../src/core/error.js'
import { firstFrame, leavesFree, surround } from '../../src/images/formats/gif-frame.js'
import { inverseOrientation, upright } from '../../src/images/formats/orientation.js'
import { onWhite } from '../../src/images/formats/rgba.js'
import { sniff } from '../../src/images/formats/sniff.js'
import type { Pixels } from '../../src/images/pixels.js'
import { resizeTo } from '../../src/images/resize.js'
import { reduceTo, shrinkLikeVips } from '../../src/images/shrink.js'
import { checkFileSize, checkSize, halvings, unreadable } from '../../src/images/unreadable.js'
import { renderView, type ViewRule } from '../../src/images/view.js'
import type { NamedPicture, Picture } from '../library/protocol.js'
import { joined } from '../library/unpacked.js'
import { type Header, isWebFormat, readHeader, WEB_FORMATS, type WebFormat } from './header.js'
import { pixelsOfBitmap, pixelsOfJpeg } from './pixels.js'

// From a picture to what the network sees, in the steps of `decode` and `renderView` (docs/web.md says how close it comes).

/** The view of a picture that a rule asks for: bytes [size, size, 3]. @throws `image` */
export async function viewOfPicture({ picture, name }: NamedPicture, rule: ViewRule): Promise<Uint8Array> {
  const pixels =
    picture instanceof Blob ? await decodeFile(picture, name, rule.size) : taken(picture, name, rule.size)
  return renderView(pixels, rule)
}

/** What is no file is taken as a PNG of the same pixels would be. */
function taken(picture: Exclude<Picture, Blob>, name: string, wanted: number): Pixels {
  const { width, height } = picture
  checkSize(width, height, name)
  const pixels = picture instanceof ImageData ? onWhite(picture) : pixelsOfBitmap(picture)
  return shrinkLikeVips(pixels, halvings({ width, height }, wanted))
}

/** A file of a format that browsers decode, none of it decoded yet. */
export interface OpenedFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly format: WebFormat
  readonly header: Header
}

/** Reads a file as far as that needs no decoding. @throws `image` for what is no photo, or too large or small a one */
export async function openFile(file: Blob, name: string): Promise<OpenedFile> {
  checkFileSize(file.size, name)
  const bytes = new Uint8Array(await file.arrayBuffer())
  const sniffed = sniff(bytes, WEB_FORMATS)
  if ('refused' in sniffed) throw unreadable(name, sniffed.refused, undefined, 'no-photo')
  const { format } = sniffed
  if (!isWebFormat(format))
    throw unreadable(
      name,
      `a ${format.toUpperCase()} file, which browsers do not read; save it as JPEG or PNG`,
      undefined,
      'no-photo',
    )
  const header = readHeader(bytes, format, name)
  checkSize(header.width, header.height, name)
  return { bytes, format, header }
}

async function decodeFile(file: Blob, name: string, wanted: number): Promise<Pixels> {
  const { bytes, format, header } = await openFile(file, name)
  const decode = (content: Uint8Array<ArrayBuffer>) =>
    decodeAs(format, content, header, halvings(header, wanted))
  try {
    return await (format === 'jpeg' ? decodeJpeg(bytes, decode) : decode(bytes))
  } catch (error) {
    if (error instanceof ChiquitoError) throw error
    throw unreadable(
      name,
      `the ${format.toUpperCase()} file is damaged, ends early or is of a kind that this browser does not decode (${messageOf(error)})`,
    )
  }
}

/** The end mark of a JPEG; and bits that mean something else to a decoder than the zeros that it reads beyond the end. */
export const END = Uint8Array.of(0xff, 0xd9)
const OTHER_BITS = new Uint8Array(256).fill(0xaa)

/**
 * A JPEG that lacks nothing but its end mark is read, one that ends inside its picture is not, and browsers refuse both: a picture
 * that is all there does not depend on what follows it.
 */
async function decodeJpeg(
  bytes: Uint8Array<ArrayBuffer>,
  decode: (bytes: Uint8Array<ArrayBuffer>) => Promise<Pixels>,
): Promise<Pixels> {
  try {
    return await decode(bytes)
  } catch (error) {
    const pixels = await decode(behind(bytes, END)).catch(() => Promise.reject(error))
    const other = await decode(behind(bytes, OTHER_BITS, END)).catch(() => Promise.reject(error))
    if (pixels.data.some((value, i) => value !== other.data[i])) throw error
    return pixels
  }
}

/** Pieces, one behind the other. */
export function behind(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joined(
    parts,
    parts.reduce((sum, { length }) => sum + length, 0),
  )
}

async function decodeAs(
  format: WebFormat,
  bytes: Uint8Array<ArrayBuffer>,
  header: Header,
  factor: number,
): Promise<Pixels> {
  const { width, height, orientation } = header
  if (format === 'jpeg' && factor >= 4 && !header.isWhole) {
    // libjpeg leaves most out while it decodes, and the filter the rest.
    const half = await pixelsOfJpeg(bytes, header, factor / 2)
    if (half)
      return upright(reduceTo(half, Math.ceil(width / factor), Math.ceil(height / factor)), orientation)
  }
  const pixels = await decodedWhole(format, bytes)
  // What is decoded whole there is turned, and then shrunk by the code that both have. Of these browsers turn all but WebP.
  if (format === 'webp') return areaMean(upright(pixels, orientation), factor)
  if (format === 'bmp' || header.isWhole) return areaMean(pixels, factor)
  const frame = format === 'gif' ? firstFrame(bytes) : undefined
  if (frame && leavesFree(frame, header)) return areaMean(surround(pixels, frame), factor)
  // Everything else is shrunk as stored, and then turned.
  return upright(shrinkLikeVips(upright(pixels, inverseOrientation(orientation)), factor), orientation)
}

/** The pixels as the browser decodes them: turned upright, but for WebP. */
async function decodedWhole(format: WebFormat, bytes: Uint8Array<ArrayBuffer>): Promise<Pixels> {
  // Without a profile's conversion, as everywhere in the product.
  const bitmap = await createImageBitmap(new Blob([bytes], { type: `image/${format}` }), {
    colorSpaceConversion: 'none',
  })
  try {
    return pixelsOfBitmap(bitmap)
  } finally {
    bitmap.close()
  }
}

/** The whole picture at a half, a quarter or an eighth: what libvips does not decode is shrunk so. */
function areaMean(pixels: Pixels, factor: number): Pixels {
  return resizeTo(pixels, Math.ceil(pixels.width / factor), Math.ceil(pixels.height / factor))
}
