import type { PhotoFormat } from '../../src/images/formats/sniff.js'
import { unreadable } from '../../src/images/unreadable.js'

// What decoding in a browser must know of a file first: its size, since a large one can end the page, and how it is turned, since
// browsers turn some formats and not others.

/** The formats that browsers decode as `chiquito predict` does. */
export type WebFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | 'bmp'

/** The same in words. */
export const WEB_FORMATS = 'JPEG, PNG, WebP, AVIF, GIF or BMP'

export interface Header {
  /** As stored. */
  readonly width: number
  readonly height: number
  /** As EXIF says, 1 to 8; 1 where it does not. Of an AVIF always 1: it is turned by what is no EXIF. */
  readonly orientation: number
  /** Of a kind that `chiquito predict` decodes whole before it shrinks it: inks, and PNG of 16 bits. */
  readonly isWhole: boolean
}

export function isWebFormat(format: PhotoFormat): format is WebFormat {
  return format in readers
}

/** Reads the header of a file whose format is known. @throws `image` */
export function readHeader(bytes: Uint8Array, format: WebFormat, name: string): Header {
  let header: Header | undefined
  try {
    header = readers[format](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  } catch (error) {
    // A file that ends before its header does.
    if (!(error instanceof RangeError)) throw error
  }
  if (header !== undefined && header.width > 0 && header.height > 0) return header
  throw unreadable(name, `the ${format.toUpperCase()} file is damaged: its header is not whole`)
}

type Read = (view: DataView) => Header | undefined

const readers: Readonly<Record<WebFormat, Read>> = { jpeg, png, gif, webp, avif, bmp }

/** ITU-T T.81, annex B. */
function jpeg(view: DataView): Header | undefined {
  let orientation = 1
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    // Fill bytes before a marker.
    if (marker === 0xff) at++
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2
    else {
      const length = view.getUint16(at + 2)
      if (isFrame(marker))
        return {
          width: view.getUint16(at + 7),
          height: view.getUint16(at + 5),
          orientation,
          isWhole: view.getUint8(at + 9) === 4,
        }
      if (marker === 0xda || marker === 0xd9) return undefined
      if (marker === 0xe1 && tag(view, at + 4, 'Exif\0\0'))
        orientation = exifOrientation(part(view, at + 10, length - 8)) ?? orientation
      at += 2 + length
    }
  }
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

function png(view: DataView): Header {
  return {
    ...plain(view.getUint32(16), view.getUint32(20), pngOrientation(view)),
    isWhole: view.getUint8(24) === 16,
  }
}

/** The chunk `eXIf`, before or behind the picture. */
function pngOrientation(view: DataView): number {
  for (let at = 8; at + 12 <= view.byteLength; ) {
    const length = view.getUint32(at)
    if (at + 12 + length > view.byteLength) return 1
    if (tag(view, at + 4, 'eXIf')) return exifOrientation(part(view, at + 8, length)) ?? 1
    at += 12 + length
  }
  return 1
}

function plain(width: number, height: number, orientation = 1): Header {
  return { width, height, orientation, isWhole: false }
}

function gif(view: DataView): Header {
  return plain(view.getUint16(6, true), view.getUint16(8, true))
}

function bmp(view: DataView): Header {
  const isOld = view.getUint32(14, true) === 12
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true)
  const height = isOld ? view.getUint16(20, true) : view.getInt32(22, true)
  return plain(Math.abs(width), Math.abs(height))
}

/** RFC 9649. */
function webp(view: DataView): Header | undefined {
  if (tag(view, 12, 'VP8 '))
    return plain(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff)
  if (tag(view, 12, 'VP8L')) {
    const bits = view.getUint32(21, true)
    return plain(1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff))
  }
  if (!tag(view, 12, 'VP8X')) return undefined
  const width = 1 + view.getUint16(24, true) + view.getUint8(26) * 65536
  const height = 1 + view.getUint16(27, true) + view.getUint8(29) * 65536
  return plain(width, height, webpOrientation(view))
}

function webpOrientation(view: DataView): number {
  for (let at = 12; at + 8 <= view.byteLength; ) {
    const length = view.getUint32(at + 4, true)
    if (tag(view, at, 'EXIF') && at + 8 + length <= view.byteLength) {
      const skip = tag(view, at + 8, 'Exif\0\0') ? 6 : 0
      return exifOrientation(part(view, at + 8 + skip, length - skip)) ?? 1
    }
    at += 8 + length + (length % 2)
  }
  return 1
}

/** Boxes that hold others, down to the sizes of the pictures in the file (ISO/IEC 23008-12); `meta` begins with four bytes more. */
const holders: Readonly<Record<string, number>> = { meta: 4, iprp: 0, ipco: 0 }

/** The largest picture: of a grid the whole, not its tiles. Browsers turn the file themselves. */
function avif(view: DataView): Header | undefined {
  let largest: Header | undefined
  const look = (start: number, end: number): void => {
    for (let at = start; at + 8 <= end; ) {
      const length = view.getUint32(at)
      const kind = textAt(view, at + 4, 4)
      const next = length === 0 ? end : at + length
      // Lengths of eight bytes are for media data, which is not looked into.
      if (length !== 0 && length < 8) return
      if (kind === 'ispe') {
        const [width, height] = [view.getUint32(at + 12), view.getUint32(at + 16)]
        if (!largest || width * height > largest.width * largest.height) largest = plain(width, height)
      } else if (Object.hasOwn(holders, kind)) look(at + 8 + holders[kind], Math.min(next, end))
      at = next
    }
  }
  look(0, view.byteLength)
  return largest
}

/** The orientation in EXIF data: a tag of its first directory (TIFF 6.0). Undefined where there is none, or no sense in it. */
function exifOrientation(view: DataView): number | undefined {
  try {
    const order = textAt(view, 0, 2)
    if (order !== 'II' && order !== 'MM') return undefined
    const little = order === 'II'
    const directory = view.getUint32(4, little)
    const count = view.getUint16(directory, little)
    for (let i = 0; i < count; i++) {
      const entry = directory + 2 + 12 * i
      if (view.getUint16(entry, little) !== 0x0112) continue
      const value = view.getUint16(entry + 8, little)
      return value >= 1 && value <= 8 ? value : undefined
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}

function part(view: DataView, at: number, length: number): DataView {
  return new DataView(view.buffer, view.byteOffset + at, length)
}

function tag(view: DataView, at: number, text: string): boolean {
  return at + text.length <= view.byteLength && textAt(view, at, text.length) === text
}

function textAt(view: DataView, at: number, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += String.fromCharCode(view.getUint8(at + i))
  return text
}
