import { takeBits } from './bits'
import { DC, extend, FUSED, longCode, PROGRESSIVE } from './huffman'
import { BAD, EMPTY_BLOCKS, LOOK_BITS, LOOK_BYTES, LOOKUPS, READER } from './memory'

// Scans of a progressive file (T.81, G.1.2 and G.2). Coefficients are i16 in zigzag order, a block after the other;
// beside them one u64 a block tells which are not zero, so that a refining scan visits just those.

/** The first bits of a DC coefficient: returns the difference to the block before. */
export function dcDifference(table: i32): i32 {
  // Fills the reader as a side effect; sixteen bits are the longest code.
  const bits = peek()
  let entry = load<u32>(LOOKUPS + usize(table) * LOOK_BYTES + (usize(bits >> (64 - LOOK_BITS)) << 2))
  if (entry & FUSED) {
    skip(i32(entry & 63))
    return i32(entry) >> 16
  }
  if (entry === 0) {
    entry = longCode(table, bits, DC)
    if (entry === 0) store<u32>(READER, 1, BAD)
  }
  skip(i32(entry & 63))
  const size = i32(entry >> 16)
  return size > 0 ? extend(takeBits(size), size) : 0
}

function peek(): u64 {
  let bits = load<u64>(READER)
  const have = load<i32>(READER, 8)
  if (have < 32) {
    const next = load<u32>(READER, 12)
    bits |= u64(load<u32>(next)) << u64(32 - have)
    store<u64>(READER, bits)
    store<i32>(READER, have + 32, 8)
    store<u32>(READER, next + 4, 12)
  }
  return bits
}

function skip(count: i32): void {
  store<u64>(READER, load<u64>(READER) << u64(count))
  store<i32>(READER, load<i32>(READER, 8) - count, 8)
}

/** First scan of the AC coefficients `from` to `to` of `count` blocks in a row, in units of 2^shift. */
export function acFirst(
  table: i32,
  coefficients: usize,
  masks: usize,
  count: i32,
  from: usize,
  to: usize,
  shift: i32,
): void {
  let bits = load<u64>(READER)
  let have = load<i32>(READER, 8)
  let next = load<u32>(READER, 12)
  let empty = load<i32>(READER, EMPTY_BLOCKS)
  const look = LOOKUPS + usize(table) * LOOK_BYTES
  for (let block = 0; block < count; block++, coefficients += 128, masks += 8) {
    if (empty > 0) {
      empty--
      continue
    }
    let mask = load<u64>(masks)
    let k = from
    while (k <= to) {
      if (have < 32) {
        bits |= u64(load<u32>(next)) << u64(32 - have)
        next += 4
        have += 32
      }
      let entry = load<u32>(look + (usize(bits >> (64 - LOOK_BITS)) << 2))
      let value: i32
      if (entry & FUSED) {
        bits <<= u64(entry & 63)
        have -= i32(entry & 63)
        value = i32(entry) >> 16
      } else {
        if (entry === 0) entry = longCode(table, bits, PROGRESSIVE)
        if (entry === 0) {
          store<u32>(READER, 1, BAD)
          break
        }
        const length = i32(entry & 63)
        const size = i32(entry >> 16)
        bits <<= u64(length)
        have -= length
        if (size === 0) {
          const run = i32((entry >> 8) & 15)
          if (run === 15) {
            k += 16
            continue
          }
          // This block and as many more as these bits say end here.
          empty = (1 << run) - 1
          if (run > 0) {
            empty += i32(bits >> u64(64 - run))
            bits <<= u64(run)
            have -= run
          }
          break
        }
        value = extend(i32(bits >> u64(64 - size)), size)
        bits <<= u64(size)
        have -= size
      }
      k += (entry >> 8) & 15
      if (k > 63) {
        store<u32>(READER, 1, BAD)
        break
      }
      store<i16>(coefficients + (k << 1), i16(value << shift))
      mask |= u64(1) << u64(k)
      k++
    }
    store<u64>(masks, mask)
  }
  store<u64>(READER, bits)
  store<i32>(READER, have, 8)
  store<u32>(READER, next, 12)
  store<i32>(READER, empty, EMPTY_BLOCKS)
}

/**
 * Adds one bit of precision to the AC coefficients `from` to `to` of `count` blocks in a row, and new ones of one bit
 * (T.81, figure G.7).
 */
export function acRefine(
  table: i32,
  coefficients: usize,
  masks: usize,
  count: i32,
  from: usize,
  to: usize,
  shift: i32,
): void {
  let bits = load<u64>(READER)
  let have = load<i32>(READER, 8)
  let next = load<u32>(READER, 12)
  let empty = load<i32>(READER, EMPTY_BLOCKS)
  const look = LOOKUPS + usize(table) * LOOK_BYTES
  const band = (u64(-1) >> u64(63 - to)) & (u64(-1) << u64(from))
  for (let block = 0; block < count; block++, coefficients += 128, masks += 8) {
    const mask = load<u64>(masks)
    let fresh: u64 = 0
    // Coefficients of the band that come after what has been read.
    let rest = band
    // Every coefficient that was not zero gets one bit, in order: collected here and applied once a block.
    let grow: u64 = 0
    do {
      let value = 0
      let passed: u64
      let place: usize = 64
      if (empty > 0) {
        empty--
        passed = mask & rest
        rest = 0
      } else {
        if (have < 32) {
          bits |= u64(load<u32>(next)) << u64(32 - have)
          next += 4
          have += 32
        }
        let entry = load<u32>(look + (usize(bits >> (64 - LOOK_BITS)) << 2))
        if (entry === 0) {
          entry = longCode(table, bits, PROGRESSIVE)
          if (entry === 0) {
            store<u32>(READER, 1, BAD)
            return
          }
        }
        let run = i32((entry >> 8) & 15)
        bits <<= u64(entry & 63)
        have -= i32(entry & 63)
        // A new coefficient is 1 or -1, whatever size a damaged file gives it.
        if (entry & FUSED) value = i32(entry) >> 16 > 0 ? 1 : -1
        else if (entry >> 16) {
          value = i64(bits) < 0 ? 1 : -1
          bits <<= 1
          have--
        } else if (run < 15) {
          empty = 1 << run
          if (run > 0) {
            empty += i32(bits >> u64(64 - run))
            bits <<= u64(run)
            have -= run
          }
          continue
        }
        // The place is the run'th of the coefficients that are still zero.
        let zeros = ~mask & rest
        for (; run > 0; run--) zeros &= zeros - 1
        place = usize(ctz(zeros))
        passed = place < 64 ? mask & rest & ((u64(1) << u64(place)) - 1) : mask & rest
        rest = place < 63 ? rest & (u64(-1) << u64(place + 1)) : 0
      }
      let count = i32(popcnt(passed))
      while (count > 0) {
        if (have < 32) {
          bits |= u64(load<u32>(next)) << u64(32 - have)
          next += 4
          have += 32
        }
        const taken = count < 32 ? count : 32
        grow = (grow << u64(taken)) | (bits >> u64(64 - taken))
        bits <<= u64(taken)
        have -= taken
        count -= taken
      }
      if (value !== 0 && place < 64) {
        store<i16>(coefficients + (place << 1), i16(value << shift))
        fresh |= u64(1) << u64(place)
      }
    } while (rest)
    if (grow) correct(coefficients, mask & band, grow, shift)
    if (fresh) store<u64>(masks, mask | fresh)
  }
  store<u64>(READER, bits)
  store<i32>(READER, have, 8)
  store<u32>(READER, next, 12)
  store<i32>(READER, empty, EMPTY_BLOCKS)
}

/** Moves each coefficient in `which` by 2^shift away from zero where its bit in `grow`, the last one lowest, is set. */
function correct(coefficients: usize, which: u64, grow: u64, shift: i32): void {
  for (let bit = i64(popcnt(which)) - 1; bit >= 0; bit--) {
    const at = coefficients + (usize(ctz(which)) << 1)
    which &= which - 1
    const value = i32(load<i16>(at))
    const sign = value >> 31
    const step = i32((grow >> u64(bit)) & 1) << shift
    store<i16>(at, i16(value + ((step ^ sign) - sign)))
  }
}
