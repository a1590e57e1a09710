import { sequentialBlock } from './baseline'
import { openSegment, overrun, takeBits } from './bits'
import {
  AC_TABLE,
  ACROSS,
  BLOCKS_ACROSS,
  COEFFICIENTS,
  component,
  componentCount,
  DC_TABLE,
  DOWN,
  FACTORS,
  field,
  ID,
  isFull,
  MASKS,
  mcusAcross,
  mcusDown,
  OUT_ACROSS,
  OUT_DOWN,
  PLACES,
  PLANE,
  PREDICTION,
  progressive,
  QUANT,
  STRIDE,
  set,
  USED_ACROSS,
  USED_DOWN,
} from './frame'
import { buildTable, DC, PROGRESSIVE, SEQUENTIAL } from './huffman'
import { fillBlock, idctFull, idctScaled } from './idct'
import { BAD, BLOCK, EMPTY_BLOCKS, QUANTS, READER } from './memory'
import { acFirst, acRefine, dcDifference } from './progressive'

/** Where the DHT entry of each table stands in the file: DC 0-3, AC 4-7; 0 where there is none. */
const TABLES: usize = memory.data(32, 16)
/** Components of the scan. */
const MEMBERS: usize = memory.data(16, 16)

let members: i32 = 0
let from: i32 = 0
let to: i32 = 63
let high: i32 = 0
let low: i32 = 0
let interval: i32 = 0
/** MCUs until the next restart marker. */
let untilRestart: i32 = 0
/** The file from here on, and its end. */
let position: usize = 0
let fileEnd: usize = 0

export function resetScans(): void {
  memory.fill(TABLES, 0, 32)
  memory.fill(BLOCK, 0, 144)
  interval = 0
}

export function setInterval(mcus: i32): void {
  interval = mcus
}

/** DHT (T.81, B.2.4.2): remembered, and built when a scan needs it and knows for what. */
export function readTables(start: usize, end: usize): bool {
  let at = start
  while (at < end) {
    if (at + 17 > end) return false
    const index = (load<u8>(at) & 3) + ((load<u8>(at) >> 4) & 1) * 4
    let symbols: usize = 0
    for (let i: usize = 1; i <= 16; i++) symbols += load<u8>(at + i)
    if (symbols > 256 || at + 17 + symbols > end) return false
    store<u32>(TABLES + (usize(index) << 2), u32(at + 1))
    at += 17 + symbols
  }
  return true
}

/** SOS and its entropy-coded data. Returns the address of the marker after it, or 0 where the scan cannot be read. */
export function readScan(start: usize, length: i32, end: usize): usize {
  if (!readScanHeader(start, length)) return 0
  position = start + length
  fileEnd = end
  for (let i = 0; i < componentCount; i++) set(component(i), PREDICTION, 0)
  store<u32>(READER, 0, BAD)
  store<i32>(READER, 0, EMPTY_BLOCKS)
  untilRestart = interval
  position = openSegment(position, fileEnd)
  const done = progressive ? progressiveScan() : sequentialScan()
  return done && load<u32>(READER, BAD) === 0 && !overrun() ? position : 0
}

function readScanHeader(at: usize, length: i32): bool {
  if (length < 1) return false
  members = i32(load<u8>(at))
  if (members < 1 || members > componentCount || length < 4 + 2 * members) return false
  from = i32(load<u8>(at + 1 + 2 * members))
  to = i32(load<u8>(at + 2 + 2 * members))
  high = i32(load<u8>(at + 3 + 2 * members) >> 4)
  low = i32(load<u8>(at + 3 + 2 * members) & 15)
  // Sequential files in several scans are rare: another decoder has them.
  if (!progressive && members !== componentCount) return false
  if (
    progressive &&
    (to > 63 || from > to || low > 13 || (from === 0) !== (to === 0) || (from > 0 && members > 1))
  )
    return false
  for (let i = 0; i < members; i++) {
    let c: usize = 0
    for (let k = 0; k < componentCount; k++)
      if (field(component(k), ID) === i32(load<u8>(at + 1 + 2 * i))) c = component(k)
    if (c === 0) return false
    const tables = i32(load<u8>(at + 2 + 2 * i))
    set(c, DC_TABLE, (tables >> 4) & 3)
    set(c, AC_TABLE, (tables & 3) + 4)
    store<u32>(MEMBERS + (usize(i) << 2), u32(c))
    if (!buildTables(c)) return false
  }
  return true
}

function buildTables(c: usize): bool {
  const needsDc = progressive ? from === 0 && high === 0 : true
  const needsAc = progressive ? from > 0 : true
  if (needsDc && !build(field(c, DC_TABLE), DC)) return false
  return !needsAc || build(field(c, AC_TABLE), progressive ? PROGRESSIVE : SEQUENTIAL)
}

function build(index: i32, kind: i32): bool {
  const entry = load<u32>(TABLES + (usize(index) << 2))
  return entry !== 0 && buildTable(index, kind, entry)
}

function member(index: i32): usize {
  return load<u32>(MEMBERS + (usize(index) << 2))
}

/** At a restart interval's end: the marker must stand here; predictions start anew. */
function restart(): bool {
  if (overrun() || position + 1 >= fileEnd) return false
  const marker = load<u8>(position, 1)
  if (marker < 0xd0 || marker > 0xd7) return false
  for (let i = 0; i < componentCount; i++) set(component(i), PREDICTION, 0)
  store<i32>(READER, 0, EMPTY_BLOCKS)
  untilRestart = interval
  position = openSegment(position + 2, fileEnd)
  return true
}

function sequentialScan(): bool {
  for (let row = 0; row < mcusDown; row++) {
    for (let column = 0; column < mcusAcross; column++) {
      if (interval > 0 && untilRestart-- === 0) {
        if (!restart()) return false
        untilRestart--
      }
      for (let i = 0; i < members; i++) sequentialMcu(member(i), row, column)
    }
    // Far fewer bytes than a row of noise can take lie behind the buffer, so this stops in time.
    if (overrun() || load<u32>(READER, BAD)) return false
  }
  return true
}

function sequentialMcu(c: usize, row: i32, column: i32): void {
  const across = field(c, ACROSS)
  const down = field(c, DOWN)
  const places = usize(field(c, PLACES))
  for (let y = 0; y < down; y++)
    for (let x = 0; x < across; x++) {
      const decoded = sequentialBlock(field(c, DC_TABLE), field(c, AC_TABLE), places)
      const dc = field(c, PREDICTION) + (decoded >> 1)
      set(c, PREDICTION, dc)
      outputBlock(c, row * down + y, column * across + x, dc, (decoded & 1) !== 0)
    }
}

/** Transforms BLOCK, whose DC coefficient comes apart, into its place in the plane, and clears it. */
export function outputBlock(c: usize, row: i32, column: i32, dc: i32, hasAc: bool): void {
  const across = field(c, OUT_ACROSS)
  const down = field(c, OUT_DOWN)
  const stride = usize(field(c, STRIDE))
  const out = usize(field(c, PLANE)) + usize(row * down) * stride + usize(column * across)
  if (!hasAc) {
    fillBlock(dc, i32(load<u16>(QUANTS + (usize(field(c, QUANT)) << 7))), out, stride, down)
    return
  }
  store<i16>(BLOCK, i16(dc))
  const factors = usize(field(c, FACTORS))
  if (isFull(c)) idctFull(factors, out, stride)
  else idctScaled(factors, out, stride, across, down)
  for (let i: usize = 0; i < 128; i += 16) v128.store(BLOCK + i, i64x2.splat(0))
}

function progressiveScan(): bool {
  if (from > 0) return alternatingScan(member(0))
  return members === 1 ? dcRows(member(0)) : dcInterleaved()
}

/** An AC scan: the blocks of one component, row by row, in stretches that no restart marker interrupts. */
function alternatingScan(c: usize): bool {
  const table = field(c, AC_TABLE)
  const across = field(c, USED_ACROSS)
  for (let row = 0; row < field(c, USED_DOWN); row++) {
    let column = 0
    while (column < across) {
      if (interval > 0 && untilRestart === 0 && !restart()) return false
      const count = interval > 0 ? min(across - column, untilRestart) : across - column
      const block = usize(row * field(c, BLOCKS_ACROSS) + column)
      const coefficients = usize(field(c, COEFFICIENTS)) + (block << 7)
      const masks = usize(field(c, MASKS)) + (block << 3)
      if (high === 0) acFirst(table, coefficients, masks, count, from, to, low)
      else acRefine(table, coefficients, masks, count, from, to, low)
      column += count
      untilRestart -= count
    }
    if (overrun() || load<u32>(READER, BAD)) return false
  }
  return true
}

function dcRows(c: usize): bool {
  for (let row = 0; row < field(c, USED_DOWN); row++) {
    for (let column = 0; column < field(c, USED_ACROSS); column++) {
      if (!dcRestart()) return false
      dcBlock(c, row, column)
    }
    if (overrun()) return false
  }
  return true
}

function dcInterleaved(): bool {
  for (let row = 0; row < mcusDown; row++) {
    for (let column = 0; column < mcusAcross; column++) {
      if (!dcRestart()) return false
      for (let i = 0; i < members; i++) {
        const c = member(i)
        for (let y = 0; y < field(c, DOWN); y++)
          for (let x = 0; x < field(c, ACROSS); x++)
            dcBlock(c, row * field(c, DOWN) + y, column * field(c, ACROSS) + x)
      }
    }
    if (overrun()) return false
  }
  return true
}

function dcRestart(): bool {
  if (interval > 0 && untilRestart-- === 0) {
    if (!restart()) return false
    untilRestart--
  }
  return true
}

function dcBlock(c: usize, row: i32, column: i32): void {
  const at = usize(field(c, COEFFICIENTS)) + (usize(row * field(c, BLOCKS_ACROSS) + column) << 7)
  if (high > 0) {
    if (takeBits(1)) store<i16>(at, load<i16>(at) | (i16(1) << i16(low)))
    return
  }
  const dc = field(c, PREDICTION) + dcDifference(field(c, DC_TABLE))
  set(c, PREDICTION, dc)
  store<i16>(at, i16(dc << low))
}
