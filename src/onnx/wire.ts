// The protobuf wire format, as far as reading a model without a library needs it. Also loads in browsers.

/** The bytes are no protobuf message. */
export class Malformed extends Error {}

export interface Field {
  readonly field: number
  /** Of a number (wire type 0), to 2^53; else 0. */
  readonly number: number
  /** Of bytes, text or a message: what is in it; of anything else as it stands in the file. A view, not a copy. */
  readonly value: Uint8Array
}

interface Position {
  position: number
}

/** The fields of a protobuf message, in their order. @throws Malformed */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const at = { position: 0 }
  while (at.position < bytes.length) {
    const tag = varint(bytes, at)
    const field = Math.floor(tag / 8)
    const wire = tag % 8
    if (field === 0) throw new Malformed()
    const start = at.position
    if (wire === 0) {
      const number = varint(bytes, at)
      yield { field, number, value: bytes.subarray(start, at.position) }
    } else if (wire === 2) {
      const length = varint(bytes, at)
      const begin = at.position
      const end = begin + length
      if (end > bytes.length) throw new Malformed()
      at.position = end
      yield { field, number: 0, value: bytes.subarray(begin, end) }
    } else if (wire === 1 || wire === 5) {
      at.position += wire === 1 ? 8 : 4
      if (at.position > bytes.length) throw new Malformed()
      yield { field, number: 0, value: bytes.subarray(start, at.position) }
    } else throw new Malformed()
  }
}

/** Seven bits a byte, the lowest first, at most ten bytes. */
function varint(bytes: Uint8Array, at: Position): number {
  let value = 0
  for (let i = 0; i < 10; i++) {
    if (at.position >= bytes.length) throw new Malformed()
    const byte = bytes[at.position++]
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return value
  }
  throw new Malformed()
}

/** Whole numbers side by side, of 64 bits as the file has them, without a sign. @throws Malformed */
export function wholeNumbers(bytes: Uint8Array): bigint[] {
  const found: bigint[] = []
  let value = 0n
  let shift = 0n
  for (const byte of bytes) {
    if (shift > 63n) throw new Malformed()
    value |= BigInt(byte & 0x7f) << shift
    shift += 7n
    if (byte >= 0x80) continue
    found.push(BigInt.asUintN(64, value))
    value = 0n
    shift = 0n
  }
  if (shift > 0n) throw new Malformed()
  return found
}

/** Text that is none becomes what is then no text of ours. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
