import { setBitBuffer } from './bits'
import { blendColumns, blendRows } from './blend'
import { convertRow, doubleRow, greyRow, mixRow, setColourScratch } from './colour'
import {
  BLOCKS_ACROSS,
  big16,
  COEFFICIENTS,
  clearCoefficients,
  component,
  componentCount,
  FACTORS,
  field,
  height,
  isFull,
  layOut,
  MASKS,
  maxAcross,
  maxDown,
  PLACES,
  PLANE,
  progressive,
  QUANT,
  readFrame,
  readQuants,
  STRIDE,
  USED_ACROSS,
  USED_DOWN,
  width,
} from './frame'
import { prepareBases, prepareFactors } from './idct'
import {
  allocate,
  arenaFailed,
  arenaMark,
  BLOCK,
  COLUMN_PLACES,
  QUANTS,
  ROW_PLACES,
  resetArena,
  rewindArena,
} from './memory'
import { outputBlock, readScan, readTables, resetScans, setInterval } from './scan'

// A JPEG decoder for the common case: baseline and progressive Huffman files of 8 bits, grey or YCbCr, undamaged.
// Everything else is refused, and the caller uses another decoder. The caller has checked the picture's size.

/** Why a file was refused, for measurements and tests. */
export const DONE: i32 = 0
export const UNSUPPORTED: i32 = 1
export const DAMAGED: i32 = 2
export const TOO_LARGE: i32 = 3

let input: usize = 0
let picture: usize = 0
let prepared = false
/** The arena up to the end of the picture. */
let pictureEnd: usize = 0
/** Taps of a picture to be resized: columns, then rows. */
let columnTaps: usize = 0
let rowTaps: usize = 0

/** Makes room for a file and returns where to put it; 0 where there is none. Forgets the photo before. */
export function reserve(length: usize): usize {
  if (!prepared) prepare()
  resetArena()
  input = allocate(length + 16)
  setBitBuffer(allocate(length + 64))
  return arenaFailed() ? 0 : input
}

/** Zigzag order (T.81, figure A.6), walked along the diagonals, as byte offsets in BLOCK. */
function prepare(): void {
  prepareBases()
  memory.fill(ROW_PLACES, 128, 256)
  memory.fill(COLUMN_PLACES, 128, 256)
  let x = 0
  let y = 0
  for (let k: usize = 0; k < 64; k++) {
    store<u8>(ROW_PLACES + k, u8((y * 8 + x) * 2))
    store<u8>(COLUMN_PLACES + k, u8((x * 8 + y) * 2))
    if ((x + y) & 1) {
      if (y === 7) x++
      else {
        y++
        if (x > 0) x--
      }
    } else if (x === 7) y++
    else {
      x++
      if (y > 0) y--
    }
  }
  prepared = true
}

/** Decodes the file in the reserved place at eighths / 8 of its size (1 to 8). The picture is at `pixels()`. */
export function decode(length: usize, eighths: i32): i32 {
  const end = input + length
  let at = input + 2
  let framed = false
  let scanned = false
  resetScans()
  while (at + 4 <= end) {
    if (load<u8>(at) !== 0xff) return DAMAGED
    const marker = i32(load<u8>(at, 1))
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === 0xd9) break
    const size = big16(at + 2)
    const body = at + 4
    if (size < 2 || at + 2 + size > end) return DAMAGED
    at += 2 + size
    if (marker === 0xc4) {
      if (!readTables(body, at)) return DAMAGED
    } else if (marker === 0xdb) {
      if (!readQuants(body, at)) return DAMAGED
    } else if (marker === 0xdd) {
      setInterval(big16(body))
    } else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) {
      if (framed || marker > 0xc2 || !readFrame(body, size - 2, marker === 0xc2)) return UNSUPPORTED
      framed = true
      layOut(eighths)
      if (arenaFailed()) return TOO_LARGE
      if (progressive) clearCoefficients()
    } else if (marker === 0xda) {
      if (!framed) return DAMAGED
      if (!progressive) prepareComponents()
      at = readScan(body, size - 2, end)
      if (at === 0) return DAMAGED
      scanned = true
      if (!progressive) break
    }
  }
  if (!scanned) return DAMAGED
  if (progressive) {
    // Scans may be missing where the file was cut between two of them.
    if (at + 2 > end || load<u8>(at) !== 0xff || load<u8>(at, 1) !== 0xd9) return DAMAGED
    prepareComponents()
    transformAll()
  }
  if (!colour(eighths)) return TOO_LARGE
  pictureEnd = arenaMark()
  return DONE
}

export function pixels(): usize {
  return picture
}

function prepareComponents(): void {
  for (let i = 0; i < componentCount; i++) {
    const c = component(i)
    const quant = QUANTS + (usize(field(c, QUANT)) << 7)
    prepareFactors(quant, usize(field(c, PLACES)), usize(field(c, FACTORS)), isFull(c))
  }
}

/** Coefficients of a progressive file to planes. */
function transformAll(): void {
  for (let i = 0; i < componentCount; i++) {
    const c = component(i)
    const places = usize(field(c, PLACES))
    for (let row = 0; row < field(c, USED_DOWN); row++)
      for (let column = 0; column < field(c, USED_ACROSS); column++) {
        const block = usize(row * field(c, BLOCKS_ACROSS) + column)
        const from = usize(field(c, COEFFICIENTS)) + (block << 7)
        const mask = load<u64>(usize(field(c, MASKS)) + (block << 3))
        for (let left = mask; left !== 0; left &= left - 1) {
          const k = usize(ctz(left))
          store<i16>(BLOCK + load<u8>(places + k), load<i16>(from + (k << 1)))
        }
        outputBlock(c, row, column, load<i16>(from), mask !== 0)
      }
  }
}

/** Planes to the picture. Returns false where there is no memory for it. */
function colour(eighths: i32): bool {
  const outWidth = (width * eighths + 7) >> 3
  const outHeight = (height * eighths + 7) >> 3
  picture = allocate(usize(outWidth) * usize(outHeight) * 3)
  const room = usize(outWidth) * 2 + 128
  setColourScratch(allocate(room))
  const blueRow = allocate(room)
  const redRow = allocate(room)
  if (arenaFailed()) return false
  const luma = component(0)
  const doubledAcross = eighths > 4 && maxAcross === 2
  const doubledDown = eighths > 4 && maxDown === 2
  for (let y = 0; y < outHeight; y++) {
    const out = picture + usize(y) * usize(outWidth) * 3
    const lumaRow = usize(field(luma, PLANE)) + usize(y) * usize(field(luma, STRIDE))
    if (componentCount === 1) {
      greyRow(lumaRow, outWidth, out)
      continue
    }
    const blue = chromaRow(component(1), y, outWidth, outHeight, doubledAcross, doubledDown, blueRow)
    const red = chromaRow(component(2), y, outWidth, outHeight, doubledAcross, doubledDown, redRow)
    convertRow(lumaRow, blue, red, outWidth, out)
  }
  return true
}

/** Where the chroma of an output row stands, after enlarging it where it must be. */
function chromaRow(
  c: usize,
  y: i32,
  outWidth: i32,
  outHeight: i32,
  doubledAcross: bool,
  doubledDown: bool,
  scratch: usize,
): usize {
  const plane = usize(field(c, PLANE))
  const stride = usize(field(c, STRIDE))
  if (!doubledAcross && !doubledDown) return plane + usize(y) * stride
  const rows = doubledDown ? (outHeight + 1) >> 1 : outHeight
  const row = doubledDown ? y >> 1 : y
  const other = doubledDown ? max(0, min(rows - 1, row + ((y & 1) === 1 ? 1 : -1))) : row
  const near = plane + usize(row) * stride
  const far = plane + usize(other) * stride
  if (doubledAcross) doubleRow(near, far, (outWidth + 1) >> 1, scratch)
  else mixRow(near, far, outWidth, scratch)
  return scratch
}

/** Room for the taps of `columns` columns and `rows` rows, of so many values each; 0 where there is none. */
export function reserveTaps(columns: i32, rows: i32): usize {
  rewindArena(pictureEnd)
  columnTaps = allocate(usize(columns) << 2)
  rowTaps = allocate(usize(rows) << 2)
  return arenaFailed() ? 0 : columnTaps
}

export function rowTapsPlace(): usize {
  return rowTaps
}

/**
 * The picture, `stride` bytes a row, resized by the taps in their places to outWidth x outHeight; columns `from` to
 * `to` of it are used. Returns where the result lies; 0 where there is no room.
 */
export function resize(stride: usize, from: i32, to: i32, outWidth: i32, outHeight: i32): usize {
  const row = allocate(usize(to - from) * 6 + 32)
  const out = allocate(usize(outWidth) * usize(outHeight) * 3)
  if (arenaFailed()) return 0
  const counts = rowTaps + (usize(outHeight) << 2)
  const starts = counts + (usize(outHeight) << 2)
  const weights = starts + (usize(outHeight) << 2)
  for (let y = 0; y < outHeight; y++) {
    const place = usize(y) << 2
    const start = picture + usize(load<i32>(rowTaps + place)) * stride + usize(from * 3)
    const first = weights + (usize(load<i32>(starts + place)) << 2)
    blendRows(start, stride, first, load<i32>(counts + place), usize(to - from) * 3, row)
    blendColumns(row, columnTaps, outWidth, from, out + usize(y * outWidth * 3))
  }
  return out
}
