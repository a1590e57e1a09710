// Planes to RGB: chroma is enlarged where it was stored at half the resolution, then both are combined. Rows may be
// written up to 48 bytes past their end; planes and picture have the room.

/** Two chroma rows being enlarged: u16 sums, with one repeated at each end. */
let sums: usize = 0
/** A plane's bytes are repeated this far to the left in `sums`. */
const MARGIN: usize = 16

export function setColourScratch(address: usize): void {
  sums = address
}

/**
 * A chroma row of `width` bytes enlarged to twice as many, u8: each new value is 3/4 of the nearer and 1/4 of the
 * further neighbour. `far` is the neighbouring row to mix in a quarter of, or `near` itself.
 */
export function doubleRow(near: usize, far: usize, width: i32, out: usize): void {
  blend(near, far, width)
  const row = sums + MARGIN
  for (let x: usize = 0; x < usize(width); x += 8, out += 16) {
    const here = v128.load(row + (x << 1))
    const before = v128.load(row + (x << 1) - 2)
    const after = v128.load(row + (x << 1) + 2)
    const three = i16x8.add(here, i16x8.shl(here, 1))
    const even = i16x8.shr_u(i16x8.add(i16x8.add(three, before), i16x8.splat(8)), 4)
    const odd = i16x8.shr_u(i16x8.add(i16x8.add(three, after), i16x8.splat(7)), 4)
    v128.store(out, v128.or(even, i16x8.shl(odd, 8)))
  }
}

/** A chroma row mixed with its neighbour, not widened. */
export function mixRow(near: usize, far: usize, width: i32, out: usize): void {
  blend(near, far, width)
  const row = sums + MARGIN
  for (let x: usize = 0; x < usize(width); x += 8, out += 8) {
    const mixed = i16x8.shr_u(i16x8.add(v128.load(row + (x << 1)), i16x8.splat(2)), 2)
    v128.store64_lane(out, i8x16.narrow_i16x8_u(mixed, mixed), 0)
  }
}

/** 3 near + far as u16 into `sums`, the ends repeated. */
function blend(near: usize, far: usize, width: i32): void {
  const row = sums + MARGIN
  for (let x: usize = 0; x < usize(width); x += 8) {
    const a = i16x8.extend_low_i8x16_u(v128.load64_zero(near + x))
    const b = i16x8.extend_low_i8x16_u(v128.load64_zero(far + x))
    v128.store(row + (x << 1), i16x8.add(i16x8.add(a, i16x8.shl(a, 1)), b))
  }
  store<u16>(row - 2, load<u16>(row))
  store<u16>(row + (usize(width) << 1), load<u16>(row + (usize(width - 1) << 1)))
}

/** YCbCr bytes to RGB (JFIF 1.02, ITU-R BT.601), sixteen pixels at a time. */
export function convertRow(luma: usize, blue: usize, red: usize, width: i32, out: usize): void {
  for (let x: usize = 0; x < usize(width); x += 16, out += 48) {
    const y = v128.load(luma + x)
    const b = v128.load(blue + x)
    const r = v128.load(red + x)
    const yLow = i16x8.shl(i16x8.extend_low_i8x16_u(y), 4)
    const yHigh = i16x8.shl(i16x8.extend_high_i8x16_u(y), 4)
    const bLow = centred(i16x8.extend_low_i8x16_u(b))
    const bHigh = centred(i16x8.extend_high_i8x16_u(b))
    const rLow = centred(i16x8.extend_low_i8x16_u(r))
    const rHigh = centred(i16x8.extend_high_i8x16_u(r))
    storeInterleaved(
      out,
      i8x16.narrow_i16x8_u(redOf(yLow, rLow), redOf(yHigh, rHigh)),
      i8x16.narrow_i16x8_u(greenOf(yLow, bLow, rLow), greenOf(yHigh, bHigh, rHigh)),
      i8x16.narrow_i16x8_u(blueOf(yLow, bLow), blueOf(yHigh, bHigh)),
    )
  }
}

/** Chroma about zero, in sixty-fourths, so that products keep their fractions. */
function centred(chroma: v128): v128 {
  return i16x8.shl(i16x8.sub(chroma, i16x8.splat(128)), 6)
}

/** Luma comes in sixteenths; products of chroma in sixty-fourths are brought to sixteenths. */
function redOf(y: v128, r: v128): v128 {
  // 1.402 / 4 in units of 2^-15.
  return rounded(i16x8.add(y, i16x8.q15mulr_sat_s(r, i16x8.splat(11485))))
}

function greenOf(y: v128, b: v128, r: v128): v128 {
  // 0.344136 / 4 and 0.714136 / 4.
  const lessBlue = i16x8.sub(y, i16x8.q15mulr_sat_s(b, i16x8.splat(2819)))
  return rounded(i16x8.sub(lessBlue, i16x8.q15mulr_sat_s(r, i16x8.splat(5850))))
}

function blueOf(y: v128, b: v128): v128 {
  // 1.772 / 4.
  return rounded(i16x8.add(y, i16x8.q15mulr_sat_s(b, i16x8.splat(14516))))
}

function rounded(sixteenths: v128): v128 {
  return i16x8.shr_s(i16x8.add(sixteenths, i16x8.splat(8)), 4)
}

/** A grey row to RGB. */
export function greyRow(luma: usize, width: i32, out: usize): void {
  for (let x: usize = 0; x < usize(width); x += 16, out += 48) {
    const y = v128.load(luma + x)
    storeInterleaved(out, y, y, y)
  }
}

function storeInterleaved(out: usize, r: v128, g: v128, b: v128): void {
  const rg = i8x16.shuffle(r, g, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5)
  v128.store(out, i8x16.shuffle(rg, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15))
  const gb = i8x16.shuffle(g, b, 5, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10)
  v128.store(out, i8x16.shuffle(gb, r, 0, 1, 22, 3, 4, 23, 6, 7, 24, 9, 10, 25, 12, 13, 26, 15), 16)
  const br = i8x16.shuffle(b, r, 10, 27, 0, 11, 28, 0, 12, 29, 0, 13, 30, 0, 14, 31, 0, 15)
  v128.store(out, i8x16.shuffle(br, g, 0, 1, 27, 3, 4, 28, 6, 7, 29, 9, 10, 30, 12, 13, 31, 15), 32)
}
