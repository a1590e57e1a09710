// IEEE 754 binary16 conversions; Float16Array is not in every supported Node.

const bits = new Uint32Array(1)
const value = new Float32Array(bits.buffer)

/** float32 to binary16 bits, rounding to nearest even; overflow becomes infinity. */
export function toHalf(x: number): number {
  value[0] = x
  const b = bits[0]
  const sign = (b >>> 16) & 0x8000
  const exponent = (b >>> 23) & 0xff
  const mantissa = b & 0x7fffff
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa ? 0x200 : 0)
  const e = exponent - 112
  if (e >= 0x1f) return sign | 0x7c00
  if (e <= 0) {
    if (e < -10) return sign
    return sign | roundShift(mantissa | 0x800000, 14 - e)
  }
  // A carry out of the mantissa moves into the exponent, which is the right rounding, up to infinity.
  return sign | ((e << 10) + roundShift(mantissa, 13))
}

/** All 65,536 values, made when first asked for: networks have millions of weights. */
let values: Float32Array | undefined

/** binary16 bits to float32, exactly. */
export function fromHalf(half: number): number {
  values ??= Float32Array.from({ length: 2 ** 16 }, (_, each) => widened(each))
  return values[half & 0xffff]
}

function widened(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const mantissa = half & 0x3ff
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 0x1f) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}

function roundShift(x: number, shift: number): number {
  const kept = x >>> shift
  const rest = x & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  return kept + (rest > half || (rest === half && kept & 1) ? 1 : 0)
}
