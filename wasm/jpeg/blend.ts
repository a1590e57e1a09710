// The two passes of src/images/resize.ts, in the same integer arithmetic and so to the same bytes, on vectors. For
// each output position a table of taps says which inputs it is mixed from: i32 first[n], count[n], at[n], then the
// weights that `at` counts in.

const ROW_SHIFT: i32 = 6
const OUT_SHIFT: i32 = 22

/** A weighted sum of input rows: `bytes` bytes from `start` to u16 in 8.8 fixed point. May write 16 bytes further. */
export function blendRows(
  start: usize,
  stride: usize,
  weights: usize,
  count: i32,
  bytes: usize,
  row: usize,
): void {
  const half = i32x4.splat(1 << (ROW_SHIFT - 1))
  for (let i: usize = 0; i < bytes; i += 8) {
    let low = half
    let high = half
    let at = start + i
    // Two rows at a time; a last single one is paired with itself and no weight.
    for (let k = 0; k < count; k += 2, at += 2 * stride) {
      const paired = k + 1 < count
      const first = load<i32>(weights + (usize(k) << 2))
      const second = paired ? load<i32>(weights + (usize(k) << 2), 4) : 0
      const pair = i32x4.splat((second << 16) | first)
      const a = i16x8.extend_low_i8x16_u(v128.load64_zero(at))
      const b = i16x8.extend_low_i8x16_u(v128.load64_zero(paired ? at + stride : at))
      low = i32x4.add(low, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), pair))
      high = i32x4.add(high, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), pair))
    }
    const sums = i16x8.narrow_i32x4_u(i32x4.shr_u(low, ROW_SHIFT), i32x4.shr_u(high, ROW_SHIFT))
    v128.store(row + (i << 1), sums)
  }
}

/** Weighted sums along a row, to `width` pixels of three bytes. May write a byte further. */
export function blendColumns(row: usize, taps: usize, width: i32, from: i32, out: usize): void {
  const counts = taps + (usize(width) << 2)
  const starts = counts + (usize(width) << 2)
  const weights = starts + (usize(width) << 2)
  for (let x = 0; x < width; x++, out += 3) {
    const place = usize(x) << 2
    let at = row + usize((load<i32>(taps + place) - from) * 6)
    let weight = weights + (usize(load<i32>(starts + place)) << 2)
    const end = weight + (usize(load<i32>(counts + place)) << 2)
    let sum = i32x4.splat(1 << (OUT_SHIFT - 1))
    for (; weight < end; weight += 4, at += 6) {
      const colours = i32x4.extend_low_i16x8_u(v128.load64_zero(at))
      sum = i32x4.add(sum, i32x4.mul(colours, v128.load32_splat(weight)))
    }
    const bytes = i32x4.shr_u(sum, OUT_SHIFT)
    const words = i16x8.narrow_i32x4_u(bytes, bytes)
    v128.store32_lane(out, i8x16.narrow_i16x8_u(words, words), 0)
  }
}
