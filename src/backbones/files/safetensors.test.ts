import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChiquitoError, elementBytes, float32, int64, sizeOf, type Tensor } from '../../core/index.js'
import { readSafetensors } from './safetensors.js'
import { writeSafetensors } from './safetensors-writer.js'

const half: Tensor = { dtype: 'float16', shape: [3], data: Uint16Array.of(0x3c00, 0x7bff, 0xb800) }
const sample = new Map<string, Tensor>([
  ['half', half],
  ['weight', float32([1, 2, 3, 4, 5, 6], [2, 3])],
  ['scalar', float32([7], [])],
  ['empty', float32([], [0, 5])],
  ['__proto__', float32([8])],
  ['steps', int64([2n ** 60n])],
  ['flag', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
])

/** A file with this header text and that many bytes of data. */
function file(header: string, dataBytes: number, length = Buffer.byteLength(header)): Uint8Array {
  const bytes = Buffer.alloc(8 + Buffer.byteLength(header) + dataBytes)
  bytes.writeBigUInt64LE(BigInt(length), 0)
  bytes.write(header, 8)
  return bytes
}
const entry = (shape: number[], begin: number, end: number, dtype = 'F32') =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] })

const emptyTensors = (count: number) =>
  Array.from({ length: count }, (_, i) => `"${i}":${entry([0], 0, 0)}`).join()

describe('safetensors', () => {
  it('reads back what it wrote, also from an odd address', () => {
    const metadata = { origin: 'here', ünïcode: '✓' }
    const written = writeSafetensors(sample, metadata)
    const shifted = new Uint8Array(written.length + 1)
    shifted.set(written, 1)
    for (const bytes of [written, shifted.subarray(1)]) {
      const read = readSafetensors(bytes, 'x')
      expect(Object.fromEntries(read.tensors)).toEqual(Object.fromEntries(sample))
      expect(Object.fromEntries(read.metadata)).toEqual(metadata)
    }
  })

  it('allows a padded header, tensors in any order, and names like those of objects', () => {
    const header = `{"__proto__":${entry([1], 4, 8)},"constructor":${entry([1], 0, 4)}}   `
    const { tensors } = readSafetensors(file(header, 8), 'x')
    expect([...tensors.keys()]).toEqual(['__proto__', 'constructor'])
  })

  it.each([
    ['shorter than eight bytes', new Uint8Array(7), /7 bytes, fewer/],
    ['a header without end', file('{}', 0, 2 ** 40), /at most 25000000/],
    ['a header beyond the file', file('{}', 0, 100), /beyond the end/],
    ['a header that is no object', file('[1]', 0), /begin with {/],
    ['broken JSON', file('{"a":}', 0), /not JSON/],
    ['text that is not UTF-8', Buffer.concat([file('{"', 0, 3), Uint8Array.of(0xff)]), /not JSON/],
    ['a key given twice', file(`{"a":${entry([1], 0, 4)},"a":${entry([1], 0, 4)}}`, 4), /"a" is given twice/],
    [
      'the same by an escape',
      file(`{"a":${entry([1], 0, 4)},"\\u0061":${entry([1], 0, 4)}}`, 4),
      /given twice/,
    ],
    ['nesting without end', file(`{"a":${'['.repeat(5e6)}`, 0), /nested deeper/],
    ['an entry that is text', file('{"a":"b"}', 0), /tensor a has no shape/],
    ['an unknown element type', file(`{"a":${entry([1], 0, 1, 'F8_E4M3')}}`, 1), /F8_E4M3; known are U64, /],
    ['a negative dimension', file(`{"a":${entry([-1], 0, 4)}}`, 4), /no shape/],
    ['a fraction', file(`{"a":${entry([1.5], 0, 6)}}`, 6), /no shape/],
    ['one offset', file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', 4), /data_offsets/],
    ['a size that does not fit', file(`{"a":${entry([2], 0, 4)}}`, 4), /needs 8 bytes/],
    ['a size that overflows', file(`{"a":${entry([2 ** 40, 2 ** 40], 0, 0)}}`, 0), /larger than any file/],
    [
      'one that overflows before it is zero',
      file(`{"a":${entry([2 ** 40, 2 ** 40, 0], 0, 0)}}`, 0),
      /larger/,
    ],
    ['a rank without end', file(`{"a":${entry(Array(65).fill(1), 0, 4)}}`, 4), /65 dimensions; at most 64/],
    ['a long name that is wrong', file(`{"${'x'.repeat(1e6)}":1}`, 0), /^.{1,60}x{80}… has no shape/],
    ['a text without end', file('{"a', 0), /a text does not end/],
    ['tensors without end', file(`{${emptyTensors(100_001)}}`, 0), /100001 tensors; at most 100000/],
    ['an end before its begin', file(`{"a":${entry([0], 4, 0)}}`, 4), /needs 0 bytes/],
    ['a gap at the start', file(`{"a":${entry([1], 4, 8)}}`, 8), /begins at 4 where 0/],
    ['an overlap', file(`{"a":${entry([1], 0, 4)},"b":${entry([1], 2, 6)}}`, 6), /begins at 2 where 4/],
    ['bytes left over', file(`{"a":${entry([1], 0, 4)}}`, 5), /5 follow/],
    ['bytes missing', file(`{"a":${entry([1], 0, 4)}}`, 3), /3 follow/],
    ['metadata that is not text', file('{"__metadata__":{"a":1}}', 0), /__metadata__ a is not text/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes, 'bad.safetensors')).toThrow(message)
    expect(() => readSafetensors(bytes, 'bad.safetensors')).toThrow(/^bad\.safetensors is not a sound/)
  })
})

/** Reads bytes that may be anything: tensors that lie inside them, or an error of ours. */
function survives(bytes: Uint8Array): 'read' | 'refused' {
  try {
    for (const { dtype, shape, data } of readSafetensors(bytes, 'odd.safetensors').tensors.values()) {
      expect(data.byteLength).toBe(sizeOf(shape) * elementBytes[dtype])
      expect(data.byteLength).toBeLessThan(bytes.length)
    }
    return 'read'
  } catch (error) {
    if (error instanceof ChiquitoError) return 'refused'
    throw error
  }
}

describe('readSafetensors of hostile files', () => {
  it('survives any bytes, after any length of header', () => {
    const anyLength = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 99n }))
    fc.assert(
      fc.property(anyLength, fc.uint8Array({ maxLength: 99 }), (length, rest) => {
        const bytes = Buffer.alloc(8 + rest.length)
        bytes.writeBigUInt64LE(length)
        bytes.set(rest, 8)
        expect(survives(bytes)).toBe('refused')
      }),
    )
  })

  it('survives a sound file with some bytes changed, or cut off', () => {
    const sound = writeSafetensors(sample, { key: 'text' })
    const change = fc.tuple(fc.nat(sound.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.nat(sound.length), (changes, length) => {
        const bytes = Uint8Array.from(sound)
        for (const [at, value] of changes) bytes[at] = value
        survives(bytes)
        if (length < sound.length) expect(survives(bytes.subarray(0, length))).toBe('refused')
      }),
      { numRuns: 1000 },
    )
  })

  it('survives any JSON, also such that looks like a header', () => {
    const odd = fc.oneof(
      fc.nat(40),
      fc.constantFrom(-1, 0.5, 1e15, 1e16, 2 ** 53 - 1, 1e300, null, true, '4'),
      fc.jsonValue({ maxDepth: 2 }),
    )
    const tensor = fc.record(
      {
        dtype: fc.oneof(fc.constantFrom('F32', 'BOOL', 'I64', 'F4', 'C64'), odd),
        shape: fc.oneof(fc.array(fc.oneof(fc.nat(4), odd), { maxLength: 3 }), odd),
        data_offsets: fc.oneof(fc.tuple(fc.nat(9), fc.nat(40)), fc.array(odd, { maxLength: 3 }), odd),
      },
      { requiredKeys: [] },
    )
    const name = fc.oneof(fc.constantFrom('a', '__metadata__', '__proto__', 'constructor'), fc.string())
    const header = fc.dictionary(name, fc.oneof({ weight: 5, arbitrary: tensor }, odd), { maxKeys: 3 })
    const outcomes = { read: 0, refused: 0 }
    fc.assert(
      fc.property(header, fc.nat(40), (object, dataBytes) => {
        outcomes[survives(file(JSON.stringify(object), dataBytes))]++
      }),
      { numRuns: 2000, seed: 1 },
    )
    // Both happen, so the test does not only see what is refused at the door.
    expect(outcomes.read).toBeGreaterThan(5)
    expect(outcomes.refused).toBeGreaterThan(1000)
  })
})
