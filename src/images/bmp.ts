import type { Pixels } from './pixels.js'

// Windows bitmaps without compression, which is how nearly all are written; the image library has no reader for them.

/** Header sizes: BITMAPINFOHEADER, its successors, and the old OS/2 header, which is shorter. */
const OS2_HEADER = 12
const INFO_HEADER = 40
const PIXELS_START = 10
const HEADER_START = 14

const RGB = 0
const BITFIELDS = 3

export interface BmpHeader {
  readonly width: number
  readonly height: number
  /** Rows stand from the top; normally they stand from the bottom. */
  readonly topDown: boolean
  readonly bits: number
  readonly palette: { readonly start: number; readonly count: number; readonly bytes: number }
  /** How many bytes into a 32-bit pixel each colour stands. */
  readonly order: readonly [red: number, green: number, blue: number]
  readonly pixels: number
}

/** Reads a bitmap's header, or says why this one is not read. */
export function readBmpHeader(bytes: Uint8Array): BmpHeader | { readonly refused: string } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_START + OS2_HEADER) return { refused: 'the BMP file is truncated' }
  const size = view.getUint32(HEADER_START, true)
  const isOs2 = size === OS2_HEADER
  if (!isOs2 && (size < INFO_HEADER || bytes.length < HEADER_START + size))
    return { refused: 'the BMP file has a header of an unknown kind' }
  const rawHeight = isOs2 ? view.getInt16(20, true) : view.getInt32(22, true)
  const width = isOs2 ? view.getInt16(18, true) : view.getInt32(18, true)
  const bits = view.getUint16(isOs2 ? 24 : 28, true)
  const compression = isOs2 ? RGB : view.getUint32(30, true)
  const order = compression === BITFIELDS && bits === 32 ? fieldOrder(view) : ([2, 1, 0] as const)
  if ((compression !== RGB && compression !== BITFIELDS) || !order || ![1, 4, 8, 24, 32].includes(bits))
    return { refused: 'the BMP file is compressed or has an unusual pixel format; save it as PNG' }
  if (width < 1 || rawHeight === 0) return { refused: 'the BMP file has no size' }
  const start = HEADER_START + size
  const used = isOs2 ? 0 : view.getUint32(46, true)
  const count = bits <= 8 ? Math.min(used || 1 << bits, 1 << bits) : 0
  return {
    width,
    height: Math.abs(rawHeight),
    topDown: rawHeight < 0,
    bits,
    palette: { start, count, bytes: isOs2 ? 3 : 4 },
    order,
    pixels: view.getUint32(PIXELS_START, true),
  }
}

/** Colour masks of a 32-bit bitmap as byte positions; undefined where a colour is not a whole byte. */
function fieldOrder(view: DataView): readonly [number, number, number] | undefined {
  if (view.byteLength < 66) return undefined
  const bytes = [0xff, 0xff00, 0xff0000, 0xff000000]
  const [red, green, blue] = [54, 58, 62].map(at => bytes.indexOf(view.getUint32(at, true)))
  return red < 0 || green < 0 || blue < 0 ? undefined : [red, green, blue]
}

/** The pixels of a bitmap whose header was checked; undefined where the file ends before they do. */
export function decodeBmp(bytes: Uint8Array, header: BmpHeader): Pixels | undefined {
  const { width, height, topDown, bits, palette, order, pixels } = header
  const stride = Math.ceil((width * bits) / 32) * 4
  // The last row's padding is often missing.
  const needed = pixels + stride * (height - 1) + Math.ceil((width * bits) / 8)
  if (needed > bytes.length || palette.start + palette.count * palette.bytes > bytes.length) return undefined
  const data = new Uint8Array(width * height * 3)
  const step = bits / 8
  for (let y = 0, o = 0; y < height; y++) {
    const row = pixels + (topDown ? y : height - 1 - y) * stride
    for (let x = 0; x < width; x++, o += 3) {
      const p = bits > 8 ? row + x * step : colourAt(bytes, row, x, header)
      data[o] = bytes[p + order[0]]
      data[o + 1] = bytes[p + order[1]]
      data[o + 2] = bytes[p + order[2]]
    }
  }
  return { width, height, data }
}

/** Where the colour of a palette pixel stands; an index past the palette's end shows its last colour. */
function colourAt(bytes: Uint8Array, row: number, x: number, { bits, palette }: BmpHeader): number {
  const perByte = 8 / bits
  const packed = bytes[row + Math.floor(x / perByte)]
  const index = (packed >> (8 - bits - (x % perByte) * bits)) & ((1 << bits) - 1)
  return palette.start + Math.min(index, palette.count - 1) * palette.bytes
}
