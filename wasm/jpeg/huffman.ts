import { LONG_BYTES, LONGS, LOOK_BITS, LOOK_BYTES, LOOKUPS } from './memory'

// A lookup entry, u32, for the next LOOK_BITS bits:
//   bits 0-5   how many bits the code takes, with its value bits where FUSED
//   bit 6      FUSED: the value stands in the entry; else it follows the code
//   bits 8-15  zeros before the coefficient; in a SEQUENTIAL table 64 for the end of the block
//   bits 16-31 the value (FUSED), else how many value bits follow
// 0: the code is longer than LOOK_BITS.
export const FUSED: u32 = 64

/** What a table's symbols mean: a DC size; run and size; run and size, or how many blocks end here. */
export const DC: i32 = 0
export const SEQUENTIAL: i32 = 1
export const PROGRESSIVE: i32 = 2

/** Builds the tables of one DHT entry: 16 counts, then symbols. Returns false where they are not a prefix code. */
export function buildTable(index: i32, kind: i32, entry: usize): bool {
  const symbols = entry + 16
  const look = LOOKUPS + usize(index) * LOOK_BYTES
  const long = LONGS + usize(index) * LONG_BYTES
  memory.fill(look, 0, LOOK_BYTES)
  let code: u32 = 0
  let symbol: i32 = 0
  for (let length = 1; length <= 16; length++) {
    const count = i32(load<u8>(entry + length - 1))
    store<i32>(long + (usize(length) << 2), symbol - i32(code), 72)
    for (let i = 0; i < count; i++, code++, symbol++) {
      if (code >= u32(1) << length || symbol > 255) return false
      const value = load<u8>(symbols + symbol)
      store<u8>(long + symbol, value, 144)
      if (length <= LOOK_BITS) fillEntries(look, code, length, value, kind)
    }
    // Codes of this length lie below this, seen as the first bits of 16.
    store<u32>(long + (usize(length) << 2), code << (16 - length))
    code <<= 1
  }
  return true
}

/** Every lookup whose first bits are this code. */
function fillEntries(look: usize, code: u32, length: i32, symbol: u8, kind: i32): void {
  const spare = LOOK_BITS - length
  const size = i32(symbol & 15)
  const run = runOf(symbol, kind)
  const fuse = size <= spare && (kind !== PROGRESSIVE || size > 0)
  const first = code << spare
  for (let rest: u32 = 0; rest < u32(1) << spare; rest++) {
    let entry: u32 = u32(length) | (run << 8) | (u32(size) << 16)
    if (fuse) {
      const raw = i32(rest >> (spare - size))
      entry = u32(length + size) | FUSED | (run << 8) | (u32(extend(raw, size)) << 16)
    }
    store<u32>(look + (usize(first + rest) << 2), entry)
  }
}

function runOf(symbol: u8, kind: i32): u32 {
  if (kind === DC) return 0
  return kind === SEQUENTIAL && symbol === 0 ? 64 : u32(symbol >> 4)
}

/** Value bits to a signed value (T.81, F.2.2.1). */
export function extend(raw: i32, size: i32): i32 {
  return size > 0 && raw < 1 << (size - 1) ? raw - (1 << size) + 1 : raw
}

/** The entry, in the layout above and not FUSED, of a code too long for the lookup; 0 where there is no such code. */
export function longCode(index: i32, bits: u64, kind: i32): u32 {
  const long = LONGS + usize(index) * LONG_BYTES
  const first = u32(bits >> 48)
  for (let length = LOOK_BITS + 1; length <= 16; length++) {
    if (first >= load<u32>(long + (usize(length) << 2))) continue
    const code = i32(first >> (16 - length))
    const symbol = load<u8>(long + (usize(code + load<i32>(long + (usize(length) << 2), 72)) % 256), 144)
    return u32(length) | (runOf(symbol, kind) << 8) | (u32(symbol & 15) << 16)
  }
  return 0
}
