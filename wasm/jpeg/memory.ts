// Linear memory: tables at fixed places, then one arena that each photo fills from the start.

/**
 * Bit reader: u64 the bits at hand, left-aligned; i32 how many; u32 address of the next word; u32 end of the words;
 * i32 how many more blocks a progressive scan has declared empty; u32 whether a code was met that does not exist.
 */
export const READER: usize = memory.data(32, 16)
export const EMPTY_BLOCKS: usize = 20
export const BAD: usize = 24
/** Four DC, then four AC lookup tables of LOOK_ENTRIES u32 each. */
export const LOOK_BITS = 10
export const LOOK_BYTES: usize = 4 << LOOK_BITS
export const LOOKUPS: usize = memory.data(8 * (4 << 10), 16)
/** For each of the eight tables, for codes longer than a lookup: u32 limit[18], i32 offset[18], u8 symbol[256]. */
export const LONG_BYTES: usize = 72 + 72 + 256
export const LONGS: usize = memory.data(8 * (72 + 72 + 256), 16)
/** Four quantisation tables, u16 in zigzag order. */
export const QUANTS: usize = memory.data(4 * 128, 16)
/** One block of coefficients, i16; the tail takes what damaged streams write past the end. */
export const BLOCK: usize = memory.data(128 + 16, 16)
/** Zigzag position to byte offset in BLOCK, row by row or column by column; positions past 63 lead to its tail. */
export const ROW_PLACES: usize = memory.data(256, 16)
export const COLUMN_PLACES: usize = memory.data(256, 16)

/** More than any photo within the limits needs when it is shrunk; larger ones are left to another decoder. */
const MAX_BYTES: usize = 448 << 20

let top: usize = 0
let failed = false

export function resetArena(): void {
  top = __heap_base
  failed = false
}

/** How far the arena is filled; `rewindArena` frees what was allocated since. */
export function arenaMark(): usize {
  return top
}

export function rewindArena(mark: usize): void {
  top = mark
  failed = false
}

/** Whether an allocation since the last reset was refused. */
export function arenaFailed(): boolean {
  return failed
}

/** Bytes aligned to 16, with room for 64 more behind them so that vectors may overrun; not cleared. */
export function allocate(bytes: usize): usize {
  const start = (top + 15) & ~15
  const end = start + bytes + 64
  if (bytes > MAX_BYTES || end > MAX_BYTES) {
    failed = true
    return __heap_base
  }
  const have = usize(memory.size()) << 16
  if (end > have && memory.grow(i32((end - have + 65535) >> 16)) < 0) {
    failed = true
    return __heap_base
  }
  top = end
  return start
}
