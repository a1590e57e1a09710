import { READER } from './memory'

// The entropy-coded segment is copied once without its stuffing and with its words turned round, so that reading
// bits later is a shift and now and then one load.

let buffer: usize = 0

/** Where segments are unpacked to: room for the whole file. */
export function setBitBuffer(address: usize): void {
  buffer = address
}

/**
 * Unpacks the segment that starts at `from` and ends at a marker (ITU-T T.81, F.1.2.3) and starts reading it.
 * Returns the address of the marker's 0xFF, or `end` where the file ends first.
 */
export function openSegment(from: usize, end: usize): usize {
  let out = buffer
  let at = from
  const stuffing = i8x16.splat(-1)
  for (;;) {
    // Most bytes are not 0xFF: copy sixteen at a time.
    while (at + 16 <= end) {
      const bytes = v128.load(at)
      if (v128.any_true(i8x16.eq(bytes, stuffing))) break
      v128.store(out, bytes)
      at += 16
      out += 16
    }
    if (at >= end) break
    const stop = at + 16 < end ? at + 16 : end
    let marker = false
    while (at < stop) {
      const byte = load<u8>(at)
      if (byte === 0xff) {
        const next = at + 1 < end ? load<u8>(at + 1) : 0xd9
        if (next !== 0) {
          // Any number of 0xFF may stand before a marker.
          if (next === 0xff) {
            at++
            continue
          }
          marker = true
          break
        }
        store<u8>(out++, 0xff)
        at += 2
        continue
      }
      store<u8>(out++, byte)
      at++
    }
    if (marker) break
  }
  startReading(out)
  return at < end ? at : end
}

/** Pads the unpacked bytes, turns every 32-bit word to the machine's order and empties the reader. */
function startReading(out: usize): void {
  v128.store(out, i64x2.splat(0))
  for (let at = buffer; at < out; at += 16) {
    const words = v128.load(at)
    v128.store(at, i8x16.shuffle(words, words, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12))
  }
  store<u64>(READER, 0)
  store<i32>(READER, 0, 8)
  store<u32>(READER, u32(buffer), 12)
  store<u32>(READER, u32(out), 16)
}

/** Whether more bits were read than the segment holds: the file is damaged or ends early. */
export function overrun(): boolean {
  const consumed = i64(load<u32>(READER, 12)) * 8 - i64(load<i32>(READER, 8))
  return consumed > i64(load<u32>(READER, 16)) * 8
}

/** The next `count` bits, 1 to 16. */
export function takeBits(count: i32): i32 {
  let bits = load<u64>(READER)
  let have = load<i32>(READER, 8)
  if (have < 32) {
    const next = load<u32>(READER, 12)
    bits |= u64(load<u32>(next)) << u64(32 - have)
    store<u32>(READER, next + 4, 12)
    have += 32
  }
  const value = i32(bits >> u64(64 - count))
  store<u64>(READER, bits << u64(count))
  store<i32>(READER, have - count, 8)
  return value
}
