import { Refusal } from '../refusal.js'

/** The tags of a TIFF's first page that are looked at (TIFF 6.0; BigTIFF in brackets where they differ). */
export const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  samples: 277,
  rowsPerStrip: 278,
  stripBytes: 279,
  orientation: 274,
  maxSample: 281,
  planar: 284,
  predictor: 317,
  colourMap: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileBytes: 325,
  inkSet: 332,
  extraSamples: 338,
  sampleFormat: 339,
  yccCoefficients: 529,
  yccSubsampling: 530,
  referenceBlackWhite: 532,
  dngVersion: 50706,
} as const

/** A TIFF's first page: numbers by tag, and how numbers lie in the file. */
export interface TiffTags {
  readonly littleEndian: boolean
  /** BigTIFF: offsets of eight bytes. */
  readonly big: boolean
  readonly tags: ReadonlyMap<number, readonly number[]>
}

/** More entries than this in a directory is damage: the standard's tags are about a hundred. */
const MAX_ENTRIES = 4096
/** Most values of a tag: a strip for each row of the longest photo in each of a few planes, or a 16-bit colour map. */
const MAX_VALUES = 3 * 65536

/** Bytes of a value by type, and how to read one; text, names and floats are of no interest. */
const TYPES: Readonly<Record<number, readonly [bytes: number, read: (from: Reader, at: number) => number]>> =
  {
    1: [1, ({ view }, at) => view.getUint8(at)],
    3: [2, ({ view, littleEndian }, at) => view.getUint16(at, littleEndian)],
    4: [4, ({ view, littleEndian }, at) => view.getUint32(at, littleEndian)],
    5: [
      8,
      (from, at) =>
        from.view.getUint32(at, from.littleEndian) / from.view.getUint32(at + 4, from.littleEndian),
    ],
    16: [8, ({ view, littleEndian }, at) => Number(view.getBigUint64(at, littleEndian))],
  }

interface Reader {
  readonly view: DataView
  readonly littleEndian: boolean
}

const wanted = new Set<number>(Object.values(TAG))

/** Reads the first page's tags. Throws a {@link Refusal} for a directory that is damaged. */
export function readTiffTags(bytes: Uint8Array): TiffTags {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const littleEndian = bytes[0] === 0x49
    const big = view.getUint16(2, littleEndian) === 43
    const reader = { view, littleEndian }
    const offset = (at: number) => TYPES[big ? 16 : 4][1](reader, at)
    const start = offset(big ? 8 : 4)
    const count = big ? offset(start) : view.getUint16(start, littleEndian)
    if (count > MAX_ENTRIES) throw new RangeError(`${count} entries in its directory`)
    const tags = new Map<number, readonly number[]>()
    const size = big ? 20 : 12
    for (let i = 0, at = start + (big ? 8 : 2); i < count; i++, at += size) {
      const tag = view.getUint16(at, littleEndian)
      if (wanted.has(tag) && !tags.has(tag)) tags.set(tag, valuesOf(reader, at, big))
    }
    return { littleEndian, big, tags }
  } catch (error) {
    if (error instanceof RangeError)
      throw new Refusal('the TIFF file is damaged or truncated: its header points outside the file')
    throw error
  }
}

function valuesOf(reader: Reader, at: number, big: boolean): number[] {
  const { view, littleEndian } = reader
  const type = TYPES[view.getUint16(at + 2, littleEndian)]
  if (type === undefined) return []
  const [bytes, read] = type
  const count = big ? TYPES[16][1](reader, at + 4) : view.getUint32(at + 4, littleEndian)
  if (count > MAX_VALUES) throw new RangeError(`${count} values`)
  const field = at + (big ? 12 : 8)
  const inline = count * bytes <= (big ? 8 : 4)
  const from = inline ? field : TYPES[big ? 16 : 4][1](reader, field)
  const values: number[] = []
  for (let i = 0; i < count; i++) values.push(read(reader, from + i * bytes))
  return values
}

/** A tag's first value, or what the standard says where it is absent. */
export function tagOf({ tags }: TiffTags, tag: number, absent: number): number {
  return tags.get(tag)?.[0] ?? absent
}
