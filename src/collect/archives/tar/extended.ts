import { isUtf8 } from 'node:buffer'
import type { TarHeader } from './header.js'

/** What a header ahead of a file's own says about it. */
export interface Extended {
  readonly name: string | undefined
  readonly size: number | undefined
  /** What kind of entry it makes of the file: none that is unpacked. */
  readonly kind?: 'sparse' | 'link' | undefined
  /** Which kind of header gave the name. */
  readonly from: 'pax' | 'gnu'
}

/** What is wrong with such a header, as text. */
export interface Wrong {
  readonly wrong: string
}

/** Records by which readers that know them make a file with holes of what others take for its content. */
const sparseRecord = /^(GNU\.sparse\.|SCHILY\.realsize$|SUN\.holesdata$)/

/** The room for a name in a file's own header. */
const SHORT_NAME_BYTES = 100

/**
 * Reads the records of a pax header (POSIX.1-2017, pax, "pax Extended Header"). Every reader skips what it cannot make
 * out, each in its own way; so here nothing may be that cannot be made out.
 */
export function readPax(body: Uint8Array): Extended | Wrong {
  const records = recordsOf(body)
  if (records === undefined) return { wrong: 'a pax header has records of wrong lengths, or twice' }
  const name = records.get('path')
  const size = records.get('size')
  if (name === '' || name?.includes('\0')) return { wrong: 'a pax header gives a name that is none' }
  if (size !== undefined && !/^\d{1,15}$/.test(size))
    return { wrong: 'a pax header gives a size that is no number' }
  const isSparse = [...records.keys()].some(key => sparseRecord.test(key))
  const kind = isSparse ? 'sparse' : records.has('linkpath') ? 'link' : undefined
  return { name, size: size === undefined ? undefined : Number(size), kind, from: 'pax' }
}

/** Why a global pax header, which speaks of all files behind it, is not followed; git writes harmless ones. */
export function globalProblem(body: Uint8Array): string | undefined {
  const said = readPax(body)
  if ('wrong' in said) return said.wrong
  return said.name === undefined && said.size === undefined && said.kind === undefined
    ? undefined
    : 'a global pax header gives one name, size or kind to all files'
}

/** Records by key, undefined where one of them is not as long as it says, is no UTF-8, or stands twice. */
function recordsOf(body: Uint8Array): Map<string, string> | undefined {
  const records = new Map<string, string>()
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at)
    const digits = space === -1 ? '' : Buffer.from(body.subarray(at, space)).toString('latin1')
    const end = at + Number(digits)
    if (!/^[1-9]\d{0,6}$/.test(digits) || end > body.length || end <= space + 1 || body[end - 1] !== 0x0a)
      return undefined
    const bytes = body.subarray(space + 1, end - 1)
    const equals = bytes.indexOf(0x3d)
    const key = Buffer.from(bytes.subarray(0, Math.max(equals, 0))).toString('utf8')
    const value = bytes.subarray(equals + 1)
    const isName = key === 'path' || key === 'linkpath'
    if (equals < 1 || records.has(key) || (isName && !isUtf8(value))) return undefined
    records.set(key, Buffer.from(value).toString('utf8'))
    at = end
  }
  return records
}

/** Reads the name that GNU tar puts ahead of a file: it ends with a zero byte, and holds no other. */
export function readLongName(body: Uint8Array): Extended | Wrong {
  const end = body.indexOf(0)
  const bytes = end === -1 ? body : body.subarray(0, end)
  if (bytes.length === 0 || !isUtf8(bytes) || (end !== -1 && body.subarray(end).some(byte => byte !== 0)))
    return { wrong: 'a long name is none' }
  return { name: Buffer.from(bytes).toString('utf8'), size: undefined, from: 'gnu' }
}

/**
 * Why a file's own header and the one ahead of it cannot both be right. Programs that do not know the one ahead read the
 * other: they may see less of a name, but not another one.
 */
export function contradiction(header: TarHeader, { name, size, kind, from }: Extended): string | undefined {
  if (kind !== undefined)
    return kind === 'sparse' ? 'is a sparse file' : 'is a file with the target of a link'
  if (size !== undefined && size !== header.size) return `is said to have ${header.size} bytes, and ${size}`
  if (name === undefined) return undefined
  const [long, short] = [Buffer.from(name), header.name]
  if (long.equals(short)) return undefined
  const isCut = short.length > 0 && long.subarray(0, short.length).equals(short)
  // pax headers hold names that do not fit: long ones, and those with other letters than ASCII, which each program
  // writes into the short field in its own way.
  const fits = long.length <= SHORT_NAME_BYTES && /^[\x20-\x7e]*$/.test(name)
  if (from === 'gnu' ? isCut : !fits) return undefined
  return `also goes by the name ${JSON.stringify(short.toString())}`
}
