import { isUtf8 } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { type ExtraField, getFileNameLowLevel } from 'yauzl'

/** Bit of the general purpose flag, and number of the extra field, that say that a name is UTF-8 (APPNOTE 4.4.4, 4.6.9). */
const UTF8_FLAG = 0x800
const UNICODE_PATH_FIELD = 0x7075

/** Before the name: a version, and the checksum of the name that it belongs to. */
const UNICODE_PATH_HEAD = 5

/** Where the code pages of the first PC (437) and of those in western Europe (850) do not have the same letters. */
const otherThanWestern = /[\x9b-\x9f\xa6-\xe0\xe2-\xff]/

/** What a zip archive has of a name, in its directory or before the file's bytes. */
export interface RawName {
  readonly flags: number
  readonly bytes: Buffer
  readonly extraFields: readonly ExtraField[]
}

/** A name, and why it cannot be used where programs would read different ones. */
export interface EntryName {
  readonly name: string
  readonly doubt?: string | undefined
}

/**
 * The name of an entry. Many programs write UTF-8 without saying so; what is valid UTF-8 is hardly ever meant otherwise.
 * Other letters than ASCII, in a name that is no UTF-8 and has none beside it, are those of the writer's own system
 * (code page 437, 850, 866, 932, …), and each reader takes those of its own: they are taken where the old pages agree.
 */
export function entryName(raw: RawName): EntryName {
  const { bytes, flags } = raw
  const isPlain = isUtf8(bytes)
  const plain = isPlain ? bytes.toString('utf8') : getFileNameLowLevel(0, bytes, [], true)
  if (!isPlain && (flags & UTF8_FLAG) !== 0)
    return { name: plain, doubt: 'has a name that is not the UTF-8 that it says' }
  const unicode = unicodeName(raw)
  if (unicode !== undefined) {
    const isSame = isPlain ? unicode === plain : hasSameAscii(bytes, unicode)
    const doubt = isSame ? undefined : `also goes by the name ${JSON.stringify(plain)}`
    return { name: unicode, doubt }
  }
  if (isPlain || !otherThanWestern.test(bytes.toString('latin1'))) return { name: plain }
  const doubt = 'has letters in its name that each system reads in its own way: pack it again, in UTF-8'
  return { name: plain, doubt }
}

/** The name in an extra field of its own; undefined where there is none, or that of an earlier name (APPNOTE 4.6.9). */
function unicodeName({ bytes, extraFields }: RawName): string | undefined {
  const field = extraFields.find(
    ({ id, data }) =>
      id === UNICODE_PATH_FIELD &&
      data.length > UNICODE_PATH_HEAD &&
      data[0] === 1 &&
      data.readUInt32LE(1) === crc32(bytes),
  )
  return field?.data.toString('utf8', UNICODE_PATH_HEAD)
}

/** Whether a name could be this one in some code page: its ASCII letters are the same, and others stand between them. */
function hasSameAscii(bytes: Buffer, unicode: string): boolean {
  const shape = (text: string) => text.replace(/[\x80-\uffff]+/g, '\x80')
  return shape(bytes.toString('latin1')) === shape(unicode)
}
