import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { crc32 } from 'node:zlib'

/**
 * A pack is two files that only grow, written by one process. `NAME.pack` holds vectors end to end; `NAME.index` holds
 * one record a vector: key (32 bytes), offset in the pack (float64), number of values (uint32), CRC-32 of key and
 * vector (uint32). The vector is written before its record, so a record cut short by a kill is the only damage, and a
 * record whose vector never reached the disk fails its checksum. Numbers are in the machine's own byte order, which
 * the header records.
 */
const HEADER = Buffer.concat([Buffer.from('chiquito-ix1'), Buffer.from(Uint32Array.of(0x01020304).buffer)])
const KEY_BYTES = 32
const RECORD_BYTES = KEY_BYTES + 16

/** Where a vector lies. */
export interface PackEntry {
  readonly pack: FeaturePack
  readonly offset: number
  readonly length: number
  readonly checksum: number
}

/** One append-only pair of files of a feature store. Methods throw the system's own errors. */
export class FeaturePack {
  private file: number | undefined
  private index: number | undefined
  private size = 0
  private indexSize = 0

  /** @param path - without extension */
  constructor(readonly path: string) {}

  /** Bytes of vectors written or known so far. */
  get bytes(): number {
    return this.size
  }

  /** Begins a new pack to append to. */
  create(): void {
    this.file = openSync(`${this.path}.pack`, 'wx+')
    this.index = openSync(`${this.path}.index`, 'wx')
    writeWhole(this.index, HEADER, 0)
    this.indexSize = HEADER.length
  }

  /** Reads the index of an existing pack, in one go, and tells each key and where its vector lies. */
  load(each: (key: string, entry: PackEntry) => void): void {
    const bytes = readFileSync(`${this.path}.index`)
    if (!bytes.subarray(0, HEADER.length).equals(HEADER)) return
    for (let at = HEADER.length; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
      const key = bytes.toString('hex', at, at + KEY_BYTES)
      const fields = new DataView(bytes.buffer, bytes.byteOffset + at + KEY_BYTES, RECORD_BYTES - KEY_BYTES)
      each(key, {
        pack: this,
        offset: fields.getFloat64(0, littleEndian),
        length: fields.getUint32(8, littleEndian),
        checksum: fields.getUint32(12, littleEndian),
      })
    }
  }

  /** Appends a vector. On failure the pack is as it was before. */
  append(key: string, vector: Float32Array): PackEntry {
    if (this.file === undefined || this.index === undefined)
      throw new Error('This pack is not open for writing.')
    const bytes = bytesOf(vector)
    const entry = { pack: this, offset: this.size, length: vector.length, checksum: checksum(key, bytes) }
    try {
      writeWhole(this.file, bytes, this.size)
      writeWhole(this.index, record(key, entry), this.indexSize)
    } catch (error) {
      ftruncateSync(this.file, this.size)
      ftruncateSync(this.index, this.indexSize)
      throw error
    }
    this.size += bytes.length
    this.indexSize += RECORD_BYTES
    return entry
  }

  /** The vector of an entry, in `into` when given; undefined when the bytes are not what was written. */
  read(key: string, entry: PackEntry, into?: Float32Array): Float32Array | undefined {
    const { offset, length, checksum: expected } = entry
    if (into !== undefined && into.length !== length) return undefined
    const file = this.file ?? this.openToRead()
    if (!(offset >= 0 && offset + length * 4 <= this.size)) return undefined
    const vector = into ?? new Float32Array(length)
    const bytes = bytesOf(vector)
    const read = readSync(file, bytes, 0, bytes.length, offset)
    return read === bytes.length && checksum(key, bytes) === expected ? vector : undefined
  }

  private openToRead(): number {
    const file = openSync(`${this.path}.pack`, 'r')
    this.file = file
    this.size = fstatSync(file).size
    return file
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file)
    if (this.index !== undefined) closeSync(this.index)
    this.file = undefined
    this.index = undefined
  }

  remove(): void {
    this.close()
    rmSync(`${this.path}.index`, { force: true })
    rmSync(`${this.path}.pack`, { force: true })
  }
}

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
}

function checksum(key: string, bytes: Uint8Array): number {
  return crc32(bytes, crc32(key))
}

function record(key: string, { offset, length, checksum: sum }: PackEntry): Buffer {
  const bytes = Buffer.alloc(RECORD_BYTES)
  bytes.write(key, 'hex')
  const fields = new DataView(bytes.buffer, bytes.byteOffset + KEY_BYTES, RECORD_BYTES - KEY_BYTES)
  fields.setFloat64(0, offset, littleEndian)
  fields.setUint32(8, length, littleEndian)
  fields.setUint32(12, sum, littleEndian)
  return bytes
}

function writeWhole(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, position + done)
}
