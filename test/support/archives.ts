// Archives made byte by byte, so that they can be wrong in ways no writer would make them. Their content is harmless.
import { crc32, deflateRawSync } from 'node:zlib'

const BLOCK = 512

export interface TarEntry {
  readonly name: string | Buffer
  readonly content?: string | Uint8Array
  /** Type flag; a plain file by default. */
  readonly type?: string
  /** What the header says, where it is not how long the content is. */
  readonly size?: number | string
  readonly linkName?: string
  /** `posix` by default. */
  readonly magic?: 'posix' | 'gnu' | 'none'
  readonly prefix?: string
  /** Changes the header's bytes before (or after) its checksum is made. */
  readonly change?: (header: Buffer) => void
  readonly afterChecksum?: (header: Buffer) => void
}

/** One entry: header, content, padding. */
export function tarEntry(entry: TarEntry): Buffer {
  const content = Buffer.from(entry.content ?? '')
  const header = Buffer.alloc(BLOCK)
  header.set(Buffer.from(entry.name).subarray(0, 100), 0)
  header.write('0000644\x000000000\x000000000\0', 100)
  const { size = content.length } = entry
  header.write(typeof size === 'string' ? size : `${size.toString(8).padStart(11, '0')}\0`, 124, 12, 'latin1')
  header.write('00000000000\0', 136)
  header.write(entry.type ?? '0', 156)
  header.write(entry.linkName ?? '', 157)
  const magic = { posix: 'ustar\x0000', gnu: 'ustar  \0', none: '' }[entry.magic ?? 'posix']
  header.write(magic, 257, 'latin1')
  header.write(entry.prefix ?? '', 345)
  entry.change?.(header)
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  entry.afterChecksum?.(header)
  return Buffer.concat([header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)])
}

/** The two blocks of zeros at the end. */
export const tarEnd = Buffer.alloc(2 * BLOCK)

/** A whole archive. */
export function tar(...entries: readonly (TarEntry | Buffer)[]): Buffer {
  return Buffer.concat([...entries.map(entry => (Buffer.isBuffer(entry) ? entry : tarEntry(entry))), tarEnd])
}

/** The content of a pax header: `{ path: 'a' }` as `10 path=a\n`. */
export function paxRecords(records: Readonly<Record<string, string>>): string {
  return Object.entries(records)
    .map(([key, value]) => {
      const rest = Buffer.byteLength(` ${key}=${value}\n`)
      let length = rest
      while (length !== rest + String(length).length) length = rest + String(length).length
      return `${length} ${key}=${value}\n`
    })
    .join('')
}

/** A pax header ahead of an entry, or (`g`) of all that follow. */
export function pax(records: Readonly<Record<string, string>> | string, type: 'x' | 'g' = 'x'): Buffer {
  const content = typeof records === 'string' ? records : paxRecords(records)
  return tarEntry({ name: 'PaxHeaders/x', type, content })
}

/** A long name as GNU tar writes it ahead of an entry. */
export function gnuLongName(name: string, type: 'L' | 'K' = 'L'): Buffer {
  return tarEntry({ name: '././@LongLink', type, content: name, magic: 'gnu' })
}

export interface ZipEntry {
  readonly name: string | Buffer
  readonly content?: string | Uint8Array
  readonly stored?: boolean
  /** Unix mode, file type in its upper bits. */
  readonly mode?: number
  /** Bits of the general purpose flag; bit 11, UTF-8, by default. */
  readonly flags?: number
  readonly extra?: Buffer
  /** In place of `extra` before the file's bytes. */
  readonly localExtra?: Buffer
  /** Changes what stands before the file's bytes only, or in the directory only. */
  readonly local?: (header: Buffer) => void
  readonly central?: (header: Buffer) => void
  /** Another name before the bytes, of the same length. */
  readonly localName?: string
  /** Not in the directory. */
  readonly hidden?: boolean
  /** The directory leads to another entry's bytes: its index. */
  readonly sharesWith?: number
}

/** A whole zip archive. Bytes can be put before it. */
export function zip(
  entries: readonly ZipEntry[],
  { before = Buffer.of() }: { readonly before?: Buffer } = {},
): Buffer {
  const parts: Buffer[] = [before]
  const directory: Buffer[] = []
  const offsets: number[] = []
  let at = before.length
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '')
    const data = entry.stored === true ? content : deflateRawSync(content)
    const name = Buffer.from(entry.name)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(entry.flags ?? 0x800, 2)
    fields.writeUInt16LE(entry.stored === true ? 0 : 8, 4)
    fields.writeUInt16LE(0x21, 8)
    fields.writeUInt32LE(crc32(content), 10)
    fields.writeUInt32LE(data.length, 14)
    fields.writeUInt32LE(content.length, 18)
    fields.writeUInt16LE(name.length, 22)
    fields.writeUInt16LE(entry.extra?.length ?? 0, 24)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields])
    const extra = entry.extra ?? Buffer.of()
    const localExtra = entry.localExtra ?? extra
    local.writeUInt16LE(localExtra.length, 28)
    entry.local?.(local)
    offsets.push(at)
    const whole = Buffer.concat([local, Buffer.from(entry.localName ?? name), localExtra, data])
    if (entry.sharesWith === undefined) {
      parts.push(whole)
      at += whole.length
    }
    if (entry.hidden === true) continue
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 6)
    tail.writeUInt32LE(entry.sharesWith === undefined ? (offsets.at(-1) ?? 0) : offsets[entry.sharesWith], 10)
    // Made on Unix, so that the mode counts.
    const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), fields, tail])
    entry.central?.(central)
    directory.push(Buffer.concat([central, name, extra]))
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(directory.length, 8)
  end.writeUInt16LE(directory.length, 10)
  end.writeUInt32LE(listing.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, listing, end])
}

/** The extra field in which old programs keep a name in Unicode (Info-ZIP's 0x7075). */
export function unicodePath(plain: string | Buffer, name: string): Buffer {
  const head = Buffer.alloc(9)
  head.writeUInt16LE(0x7075, 0)
  head.writeUInt16LE(5 + Buffer.byteLength(name), 2)
  head.writeUInt8(1, 4)
  head.writeUInt32LE(crc32(Buffer.from(plain)), 5)
  return Buffer.concat([head, Buffer.from(name)])
}
