import { BLOCK } from './memory'

// Inverse cosine transforms of a block to n x n outputs, which use its lowest n x n frequencies: so a photo is shrunk
// while it is decoded.

/** Outputs of the shrinking transform's first pass, f32 [8, 8]. */
const PASS: usize = memory.data(8 * 8 * 4, 16)
/** Bases for 1 to 8 outputs: f32 [8 frequencies, 8 outputs] each. */
const BASES: usize = memory.data(9 * 256, 16)
/** Factors of the AAN transform by frequency (Arai, Agui, Nakajima 1988): 1, then sqrt(2) cos(k pi / 16). */
const AAN: usize = memory.data<f32>([
  1.0, 1.387039845, 1.306562965, 1.175875602, 1.0, 0.785694958, 0.5411961, 0.275899379,
])
/** 1.5 · 2^23 makes a float's lowest bits its value rounded (its own bits are 0x4b400000); 128 is the level shift. */
const ROUND: f32 = 12582912.0 + 128.0

export function prepareBases(): void {
  for (let n = 1; n <= 8; n++)
    for (let frequency = 0; frequency < 8; frequency++)
      for (let m = 0; m < 8; m++) {
        const scale: f64 = frequency === 0 ? 0.3535533905932738 : 0.5
        const value = frequency < n ? scale * cosine((2 * m + 1) * frequency, 2 * n) : 0
        store<f32>(BASES + (n << 8) + (frequency << 5) + (m << 2), f32(value))
      }
}

/** cos(pi j / n), by the series about zero after folding into the first quarter. */
function cosine(j: i32, n: i32): f64 {
  let turn = j % (2 * n)
  if (turn > n) turn = 2 * n - turn
  const negative = 2 * turn > n
  if (negative) turn = n - turn
  const x = (Math.PI * f64(turn)) / f64(n)
  const square = x * x
  let term: f64 = 1
  let sum: f64 = 1
  for (let i = 1; i < 12; i++) {
    term *= -square / f64((2 * i - 1) * 2 * i)
    sum += term
  }
  return negative ? -sum : sum
}

/** Quantisation steps u16 in zigzag order to f32 factors in BLOCK's order; for 8 x 8 outputs with AAN's factors. */
export function prepareFactors(quant: usize, places: usize, factors: usize, aan: bool): void {
  for (let k: usize = 0; k < 64; k++) {
    const place = usize(load<u8>(places + k)) >> 1
    let factor = f32(load<u16>(quant + (k << 1)))
    if (aan) factor *= load<f32>(AAN + ((place >> 3) << 2)) * load<f32>(AAN + ((place & 7) << 2)) * 0.125
    store<f32>(factors + (place << 2), factor)
  }
}

/** A block without AC coefficients: one value everywhere, on rows of eight bytes whatever is needed of them. */
export function fillBlock(dc: i32, step: i32, out: usize, stride: usize, down: i32): void {
  const value = max(0, min(255, ((dc * step + 4) >> 3) + 128))
  const row = i8x16.splat(i8(value))
  for (let y = 0; y < down; y++, out += stride) {
    v128.store64_lane(out, row, 0)
  }
}

/** BLOCK to `across` x `down` bytes, 1 to 8 each; may write past `across` up to the next multiple of four. */
export function idctScaled(factors: usize, out: usize, stride: usize, across: i32, down: i32): void {
  const base = BASES + (across << 8)
  const rows = min(down, 8)
  let used = 0
  for (let v = 0; v < rows; v++) {
    const row = v128.load(BLOCK + (usize(v) << 4))
    const to = PASS + (usize(v) << 5)
    if (v128.any_true(row)) {
      used = v
      if (across > 4) wideRow(row, factors + (usize(v) << 5), base, to, across)
      else narrowRow(row, factors + (usize(v) << 5), base, to)
    } else {
      v128.store(to, f32x4.splat(0))
      v128.store(to, f32x4.splat(0), 16)
    }
  }
  for (let v = rows; v < 8; v++) {
    v128.store(PASS + (usize(v) << 5), f32x4.splat(0))
    v128.store(PASS + (usize(v) << 5), f32x4.splat(0), 16)
  }
  columns(PASS, out, stride, down, used > 3)
  if (across > 4) columns(PASS + 16, out + 4, stride, down, used > 3)
}

/** A row of up to four outputs, from the four lowest frequencies. */
function narrowRow(row: v128, factors: usize, base: usize, to: usize): void {
  const c = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(row)), v128.load(factors))
  const first = f32x4.mul(v128.shuffle<f32>(c, c, 0, 0, 0, 0), v128.load(base))
  const second = f32x4.mul(v128.shuffle<f32>(c, c, 1, 1, 1, 1), v128.load(base, 32))
  const third = f32x4.mul(v128.shuffle<f32>(c, c, 2, 2, 2, 2), v128.load(base, 64))
  const fourth = f32x4.mul(v128.shuffle<f32>(c, c, 3, 3, 3, 3), v128.load(base, 96))
  v128.store(to, f32x4.add(f32x4.add(first, second), f32x4.add(third, fourth)))
}

/** A row of five to eight outputs: four and their mirror images, which differ in the sign of the odd frequencies. */
function wideRow(row: v128, factors: usize, base: usize, to: usize, across: i32): void {
  const c = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(row)), v128.load(factors))
  const d = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(row)), v128.load(factors, 16))
  const even0 = f32x4.mul(v128.shuffle<f32>(c, c, 0, 0, 0, 0), v128.load(base))
  const even2 = f32x4.mul(v128.shuffle<f32>(c, c, 2, 2, 2, 2), v128.load(base, 64))
  const even4 = f32x4.mul(v128.shuffle<f32>(d, d, 0, 0, 0, 0), v128.load(base, 128))
  const even6 = f32x4.mul(v128.shuffle<f32>(d, d, 2, 2, 2, 2), v128.load(base, 192))
  const odd1 = f32x4.mul(v128.shuffle<f32>(c, c, 1, 1, 1, 1), v128.load(base, 32))
  const odd3 = f32x4.mul(v128.shuffle<f32>(c, c, 3, 3, 3, 3), v128.load(base, 96))
  const odd5 = f32x4.mul(v128.shuffle<f32>(d, d, 1, 1, 1, 1), v128.load(base, 160))
  const odd7 = f32x4.mul(v128.shuffle<f32>(d, d, 3, 3, 3, 3), v128.load(base, 224))
  const even = f32x4.add(f32x4.add(even0, even2), f32x4.add(even4, even6))
  const odd = f32x4.add(f32x4.add(odd1, odd3), f32x4.add(odd5, odd7))
  const mirrored = f32x4.sub(even, odd)
  v128.store(to + (usize(across - 4) << 2), v128.shuffle<f32>(mirrored, mirrored, 3, 2, 1, 0))
  v128.store(to, f32x4.add(even, odd))
}

/** Four columns of the first pass to `down` rows of bytes; `tall` where a frequency above 3 is not zero. */
function columns(pass: usize, out: usize, stride: usize, down: i32, tall: bool): void {
  const in0 = v128.load(pass)
  const in1 = v128.load(pass, 32)
  const in2 = v128.load(pass, 64)
  const in3 = v128.load(pass, 96)
  for (let y = 0; y < (down + 1) >> 1; y++) {
    // Basis functions are even or odd, so a row and its mirror image share their two halves.
    const base = BASES + (down << 8) + (usize(y) << 2)
    let even = f32x4.add(f32x4.mul(in0, v128.load32_splat(base)), f32x4.mul(in2, v128.load32_splat(base, 64)))
    let odd = f32x4.add(
      f32x4.mul(in1, v128.load32_splat(base, 32)),
      f32x4.mul(in3, v128.load32_splat(base, 96)),
    )
    if (tall) {
      even = f32x4.add(even, f32x4.mul(v128.load(pass, 128), v128.load32_splat(base, 128)))
      odd = f32x4.add(odd, f32x4.mul(v128.load(pass, 160), v128.load32_splat(base, 160)))
      even = f32x4.add(even, f32x4.mul(v128.load(pass, 192), v128.load32_splat(base, 192)))
      odd = f32x4.add(odd, f32x4.mul(v128.load(pass, 224), v128.load32_splat(base, 224)))
    }
    storeFour(out + usize(y) * stride, f32x4.add(even, odd))
    storeFour(out + usize(down - 1 - y) * stride, f32x4.sub(even, odd))
  }
}

function storeFour(out: usize, values: v128): void {
  const whole = i32x4.sub(f32x4.add(values, f32x4.splat(ROUND)), i32x4.splat(0x4b400000))
  const half = i16x8.narrow_i32x4_s(whole, whole)
  v128.store32_lane(out, i8x16.narrow_i16x8_u(half, half), 0)
}

/** f32 [8, 8] between the passes of the full-size transform. */
const SQUARE: usize = memory.data(256, 16)

/** BLOCK to 8 x 8 bytes: the usual case, by AAN's scheme of five multiplications a vector. */
export function idctFull(factors: usize, out: usize, stride: usize): void {
  for (let i: usize = 0; i < 8; i++) {
    const row = v128.load(BLOCK + (i << 4))
    const low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(row))
    const high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(row))
    v128.store(SQUARE + (i << 5), f32x4.mul(low, v128.load(factors + (i << 5))))
    v128.store(SQUARE + (i << 5), f32x4.mul(high, v128.load(factors + (i << 5), 16)), 16)
  }
  transformColumns(SQUARE)
  transformColumns(SQUARE + 16)
  transpose()
  transformColumns(SQUARE)
  transformColumns(SQUARE + 16)
  const round = f32x4.splat(ROUND)
  const bias = i32x4.splat(0x4b400000)
  for (let i: usize = 0; i < 8; i++, out += stride) {
    const low = i32x4.sub(f32x4.add(v128.load(SQUARE + (i << 5)), round), bias)
    const high = i32x4.sub(f32x4.add(v128.load(SQUARE + (i << 5), 16), round), bias)
    const half = i16x8.narrow_i32x4_s(low, high)
    v128.store64_lane(out, i8x16.narrow_i16x8_u(half, half), 0)
  }
}

/** The 8-point transform of four columns at once, rows 32 bytes apart. */
function transformColumns(at: usize): void {
  const root = f32x4.splat(f32(Math.SQRT2))
  const in0 = v128.load(at)
  const in2 = v128.load(at, 64)
  const in4 = v128.load(at, 128)
  const in6 = v128.load(at, 192)
  const sum04 = f32x4.add(in0, in4)
  const difference04 = f32x4.sub(in0, in4)
  const sum26 = f32x4.add(in2, in6)
  const turned26 = f32x4.sub(f32x4.mul(f32x4.sub(in2, in6), root), sum26)
  const even0 = f32x4.add(sum04, sum26)
  const even3 = f32x4.sub(sum04, sum26)
  const even1 = f32x4.add(difference04, turned26)
  const even2 = f32x4.sub(difference04, turned26)

  const in1 = v128.load(at, 32)
  const in3 = v128.load(at, 96)
  const in5 = v128.load(at, 160)
  const in7 = v128.load(at, 224)
  const sum53 = f32x4.add(in5, in3)
  const difference53 = f32x4.sub(in5, in3)
  const sum17 = f32x4.add(in1, in7)
  const difference17 = f32x4.sub(in1, in7)
  const odd0 = f32x4.add(sum17, sum53)
  const common = f32x4.mul(f32x4.add(difference53, difference17), f32x4.splat(1.847759065))
  const odd1 = f32x4.sub(f32x4.sub(common, f32x4.mul(difference53, f32x4.splat(2.61312593))), odd0)
  const odd2 = f32x4.sub(f32x4.mul(f32x4.sub(sum17, sum53), root), odd1)
  const odd3 = f32x4.sub(f32x4.sub(common, f32x4.mul(difference17, f32x4.splat(1.0823922))), odd2)

  v128.store(at, f32x4.add(even0, odd0))
  v128.store(at, f32x4.add(even1, odd1), 32)
  v128.store(at, f32x4.add(even2, odd2), 64)
  v128.store(at, f32x4.add(even3, odd3), 96)
  v128.store(at, f32x4.sub(even3, odd3), 128)
  v128.store(at, f32x4.sub(even2, odd2), 160)
  v128.store(at, f32x4.sub(even1, odd1), 192)
  v128.store(at, f32x4.sub(even0, odd0), 224)
}

function transpose(): void {
  transposeTiles(SQUARE, SQUARE)
  transposeTiles(SQUARE + 128 + 16, SQUARE + 128 + 16)
  transposeTiles(SQUARE + 16, SQUARE + 128)
}

/** Transposes two tiles of 4 x 4 and swaps them; the same tile twice is transposed in place. */
function transposeTiles(a: usize, b: usize): void {
  const a0 = v128.load(a)
  const a1 = v128.load(a, 32)
  const a2 = v128.load(a, 64)
  const a3 = v128.load(a, 96)
  if (a !== b) storeTransposed(a, v128.load(b), v128.load(b, 32), v128.load(b, 64), v128.load(b, 96))
  storeTransposed(b, a0, a1, a2, a3)
}

function storeTransposed(at: usize, row0: v128, row1: v128, row2: v128, row3: v128): void {
  const low01 = v128.shuffle<i32>(row0, row1, 0, 4, 1, 5)
  const low23 = v128.shuffle<i32>(row2, row3, 0, 4, 1, 5)
  const high01 = v128.shuffle<i32>(row0, row1, 2, 6, 3, 7)
  const high23 = v128.shuffle<i32>(row2, row3, 2, 6, 3, 7)
  v128.store(at, v128.shuffle<i64>(low01, low23, 0, 2))
  v128.store(at, v128.shuffle<i64>(low01, low23, 1, 3), 32)
  v128.store(at, v128.shuffle<i64>(high01, high23, 0, 2), 64)
  v128.store(at, v128.shuffle<i64>(high01, high23, 1, 3), 96)
}
