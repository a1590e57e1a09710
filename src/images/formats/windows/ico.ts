import type { PhotoHead } from '../photo-file.js'
import { Refusal } from '../refusal.js'
import { onWhite, type Rgba } from '../rgba.js'
import { openWithSharp } from '../with-sharp.js'
import { readDib, rowBytes } from './dib.js'
import { type DibHeader, readDibHeader } from './dib-header.js'

/** A picture of an icon or cursor file. */
interface IconEntry {
  readonly pixels: number
  readonly bits: number
  readonly at: number
  readonly bytes: number
}

const PNG = [0x89, 0x50, 0x4e, 0x47]
/** More pictures than this are damage: icons have a dozen. */
const MAX_ENTRIES = 1024

/** An icon or a cursor (ICO, CUR): its largest picture, of those of one size the one with the most colours. */
export async function openIco(bytes: Uint8Array): Promise<PhotoHead> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    const { at, bytes: size } = largestEntry(view)
    const picture = bytes.subarray(at, at + size)
    if (PNG.every((byte, i) => picture[i] === byte)) return await openWithSharp(picture)
    // The header counts the rows of the mask, too.
    const stored = readDibHeader(new DataView(view.buffer, view.byteOffset + at, picture.length), 0)
    const header = { ...stored, height: stored.height >> 1 }
    return {
      width: header.width,
      height: header.height,
      shrinks: false,
      memory: () => header.width * header.height * 8,
      decode: async () => onWhite(readIcon(picture, header)),
    }
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal('the icon is truncated: it ends inside its header')
    throw error
  }
}

function largestEntry(view: DataView): IconEntry {
  const count = view.getUint16(4, true)
  if (count === 0 || count > MAX_ENTRIES) throw new Refusal(`a damaged icon, of ${count} pictures`)
  let best: IconEntry | undefined
  for (let i = 0, from = 6; i < count; i++, from += 16) {
    const side = (offset: number) => view.getUint8(from + offset) || 256
    const entry = {
      pixels: side(0) * side(1),
      bits: view.getUint16(from + 6, true),
      bytes: view.getUint32(from + 8, true),
      at: view.getUint32(from + 12, true),
    }
    if (!best || entry.pixels > best.pixels || (entry.pixels === best.pixels && entry.bits > best.bits))
      best = entry
  }
  if (!best || best.at >= view.byteLength)
    throw new Refusal('the icon is truncated: its picture lies beyond its end')
  return best
}

/** A bitmap whose transparency is its alpha, or, where it has none, a mask of a bit a pixel that follows it. */
function readIcon(bytes: Uint8Array, header: DibHeader): Rgba {
  const { width, height, bits, end } = header
  const withAlpha: DibHeader = {
    ...header,
    masks: [header.masks[0], header.masks[1], header.masks[2], 0xff000000],
  }
  const picture = readDib(bytes, bits === 32 ? withAlpha : header, end)
  const mask = end + rowBytes(width, bits) * height
  const stride = rowBytes(width, 1)
  const opaque = picture.data.every((value, i) => i % 4 < 3 || value === 255)
  if (header.runs || !opaque || mask + stride * height > bytes.length) return picture
  for (let y = 0; y < height; y++) {
    const row = mask + (height - 1 - y) * stride
    for (let x = 0; x < width; x++)
      if ((bytes[row + (x >> 3)] >> (7 - (x & 7))) & 1) picture.data[(y * width + x) * 4 + 3] = 0
  }
  return picture
}
