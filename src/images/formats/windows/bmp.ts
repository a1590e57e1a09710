import type { PhotoHead } from '../photo-file.js'
import { Refusal } from '../refusal.js'
import { onWhite } from '../rgba.js'
import { readDib } from './dib.js'
import { readDibHeader } from './dib-header.js'

/** A BMP file: Windows' and OS/2's, 1 to 32 bits a pixel, also in runs (docs/formats.md). */
export async function openBmp(bytes: Uint8Array): Promise<PhotoHead> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    const header = readDibHeader(view, 14)
    const { width, height } = header
    const said = view.getUint32(10, true)
    // Some writers forget the palette when they say where the pixels begin.
    const offset = said === 0 || (said === header.paletteAt && header.bits <= 8) ? header.end : said
    return {
      width,
      height,
      shrinks: false,
      memory: () => width * height * 8,
      decode: async () => onWhite(readDib(bytes, header, offset)),
    }
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal('the BMP file is truncated: it ends inside its header')
    throw error
  }
}
