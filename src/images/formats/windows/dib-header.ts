import { CONVERT, Refusal } from '../refusal.js'

/** How pixels are stored in a device-independent bitmap: the body of BMP files and of icons. */
export interface DibHeader {
  readonly width: number
  readonly height: number
  readonly topDown: boolean
  readonly bits: number
  /** Runs of equal pixels instead of rows. */
  readonly runs: boolean
  /** Bits of red, green, blue and alpha in a pixel of 16 or 32 bits; alpha 0 for none. */
  readonly masks: readonly [number, number, number, number]
  /** Colours of pixels up to 8 bits: red, green, blue one after the other. */
  readonly palette: Uint8Array
  /** Where the palette begins. */
  readonly paletteAt: number
  /** Where the pixels begin when nothing else says so. */
  readonly end: number
}

/** Compressions (BITMAPINFOHEADER): none, runs of bytes, runs of half bytes, masks, JPEG, PNG, masks with alpha. */
const RGB = 0
const RLE8 = 1
const RLE4 = 2
const BITFIELDS = 3
const ALPHA_BITFIELDS = 6
const NAMES: Readonly<Record<number, string>> = { 4: 'JPEG or runs of 24 bits', 5: 'PNG' }

/** The header of OS/2 1.x; all later ones (to V5, and OS/2 2.x, which may be cut short) begin alike. */
const CORE = 12
const LEAST_INFO = 16
const MOST_INFO = 124
const MASKS_FROM = 40

/** Reads the header at a place. Throws a `Refusal`, or a RangeError where the file ends before it does. */
export function readDibHeader(view: DataView, at: number): DibHeader {
  const size = view.getUint32(at, true)
  if (size !== CORE && !(size >= LEAST_INFO && size <= MOST_INFO))
    throw new Refusal(`a BMP file with a header of ${size} bytes, which is none that is known; ${CONVERT}`)
  const core = size === CORE
  const u32 = (offset: number) => (offset + 4 <= size ? view.getUint32(at + offset, true) : 0)
  const rows = core ? view.getUint16(at + 6, true) : view.getInt32(at + 8, true)
  const bits = view.getUint16(at + (core ? 10 : 14), true)
  const compression = core ? RGB : u32(16)
  checkKind(bits, compression, size)
  const masked = compression === BITFIELDS || compression === ALPHA_BITFIELDS
  const beside = masked && size <= MASKS_FROM ? (compression === ALPHA_BITFIELDS ? 16 : 12) : 0
  const mask = (i: number) =>
    i * 4 < beside || size >= MASKS_FROM + 4 * (i + 1) ? view.getUint32(at + MASKS_FROM + 4 * i, true) : 0
  const entries = bits > 8 ? 0 : u32(32) || 1 << bits
  return {
    width: core ? view.getUint16(at + 4, true) : view.getInt32(at + 4, true),
    height: Math.abs(rows),
    topDown: rows < 0,
    bits,
    runs: compression === RLE8 || compression === RLE4,
    masks:
      masked && bits > 8
        ? [mask(0), mask(1), mask(2), mask(3)]
        : bits === 16
          ? [0x7c00, 0x3e0, 0x1f, 0]
          : [0xff0000, 0xff00, 0xff, 0],
    paletteAt: at + size + beside,
    palette: readPalette(view, at + size + beside, Math.min(entries, 256), core ? 3 : 4),
    end: at + size + beside + entries * (core ? 3 : 4),
  }
}

function checkKind(bits: number, compression: number, size: number): void {
  // OS/2 2.x gives the numbers from 3 on to other things.
  const os2 = size < MASKS_FROM || size === 64
  const fits =
    (compression === RGB && [1, 2, 4, 8, 16, 24, 32].includes(bits)) ||
    (compression === RLE8 && bits === 8) ||
    (compression === RLE4 && bits === 4) ||
    (!os2 && (compression === BITFIELDS || compression === ALPHA_BITFIELDS) && (bits === 16 || bits === 32))
  if (fits) return
  const packed = NAMES[compression] ?? `compression ${compression}`
  throw new Refusal(
    `a BMP file of ${bits} bits a pixel with ${packed}, which cannot be read here; ${CONVERT}`,
  )
}

/** Colours are stored blue first. A palette may be cut short by the end of the file; what is missing is black. */
function readPalette(view: DataView, at: number, entries: number, bytes: number): Uint8Array {
  const palette = new Uint8Array(256 * 3)
  for (let i = 0, from = at; i < entries && from + 3 <= view.byteLength; i++, from += bytes) {
    palette[i * 3] = view.getUint8(from + 2)
    palette[i * 3 + 1] = view.getUint8(from + 1)
    palette[i * 3 + 2] = view.getUint8(from)
  }
  return palette
}
