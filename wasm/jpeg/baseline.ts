import { DC, extend, FUSED, longCode, SEQUENTIAL } from './huffman'
import { BAD, BLOCK, LOOK_BITS, LOOK_BYTES, LOOKUPS, READER } from './memory'

/**
 * Decodes a block of a sequential scan into BLOCK (T.81, F.2.2), which must be zero before. Returns the difference
 * of its DC coefficient in the upper bits and, in bit 0, whether there is any AC coefficient.
 */
export function sequentialBlock(dc: i32, ac: i32, places: usize): i32 {
  let bits = load<u64>(READER)
  let have = load<i32>(READER, 8)
  let next = load<u32>(READER, 12)

  if (have < 32) {
    bits |= u64(load<u32>(next)) << u64(32 - have)
    next += 4
    have += 32
  }
  let entry = load<u32>(LOOKUPS + usize(dc) * LOOK_BYTES + (usize(bits >> (64 - LOOK_BITS)) << 2))
  let difference: i32
  if (entry & FUSED) {
    difference = i32(entry) >> 16
    bits <<= u64(entry & 63)
    have -= i32(entry & 63)
  } else {
    if (entry === 0) {
      entry = longCode(dc, bits, DC)
      if (entry === 0) store<u32>(READER, 1, BAD)
    }
    const length = i32(entry & 63)
    const size = i32(entry >> 16)
    bits <<= u64(length)
    difference = size > 0 ? extend(i32(bits >> u64(64 - size)), size) : 0
    bits <<= u64(size)
    have -= length + size
  }

  const look = LOOKUPS + usize(ac) * LOOK_BYTES
  let k: usize = 1
  do {
    if (have < 32) {
      bits |= u64(load<u32>(next)) << u64(32 - have)
      next += 4
      have += 32
    }
    entry = load<u32>(look + (usize(bits >> (64 - LOOK_BITS)) << 2))
    k += (entry >> 8) & 127
    if (entry & FUSED) {
      bits <<= u64(entry & 63)
      have -= i32(entry & 63)
      // The end of the block and a run of sixteen store a zero where there is one already.
      store<i16>(BLOCK + load<u8>(places + k), i16(i32(entry) >> 16))
    } else {
      if (entry === 0) {
        entry = longCode(ac, bits, SEQUENTIAL)
        if (entry === 0) {
          store<u32>(READER, 1, BAD)
          break
        }
        k += (entry >> 8) & 127
      }
      const length = i32(entry & 63)
      const size = i32(entry >> 16)
      bits <<= u64(length)
      const value = size > 0 ? extend(i32(bits >> u64(64 - size)), size) : 0
      bits <<= u64(size)
      have -= length + size
      store<i16>(BLOCK + load<u8>(places + k), i16(value))
    }
    k++
  } while (k < 64)

  store<u64>(READER, bits)
  store<i32>(READER, have, 8)
  store<u32>(READER, next, 12)
  // A block that ended at once ran from 1 over 64 to 66.
  return (difference << 1) | i32(k !== 66)
}
