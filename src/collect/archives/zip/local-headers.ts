import { open } from 'node:fs/promises'
import { type Entry, type LocalFileHeader, parseExtraFields, type ZipFile } from 'yauzl'
import { entry as called, refusal } from '../refusal.js'
import { entryName, type RawName } from './entry-name.js'

/** A data descriptor behind a file's bytes: signature, checksum, two sizes of 8 bytes (APPNOTE 4.3.9). */
const MAX_DESCRIPTOR_BYTES = 24

/** How a file's own header begins (APPNOTE 4.3.7). */
const LOCAL_HEADER = Buffer.from('PK\x03\x04', 'latin1')

/** Bit 3: sizes and checksum follow the data, and stand only in the directory. Bit 11: the name is UTF-8. */
const DESCRIPTOR_FLAG = 0x8
const TELLING_FLAGS = 0x1 | 0x800

/** In place of a size that is in an extra field, and that field's number: two sizes of 8 bytes (APPNOTE 4.5.3). */
const IN_EXTRA_FIELD = 0xffffffff
const ZIP64_FIELD = 1
const ZIP64_BYTES = 16

/** What the directory has of a name. */
export function rawNameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): RawName {
  return { flags: generalPurposeBitFlag, bytes: fileNameRaw, extraFields }
}

/**
 * A zip archive says everything twice: in its directory, at the end, and before each file. Programs that read it as it
 * comes believe the one, others the other, so both must say the same, and the files must lie one behind the other with
 * nothing between that only some programs see. That also stops bombs whose files are all made of the same bytes.
 *
 * @throws `data`; what yauzl throws of headers that are none
 */
export async function requireAgreement(
  zip: ZipFile,
  entries: readonly Entry[],
  path: string,
  archive: string,
): Promise<void> {
  let end = 0
  const ordered = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader)
  for (const entry of ordered) {
    const start = entry.relativeOffsetOfLocalHeader
    const name = called(entry.fileNameRaw.toString())
    if (start < end) throw refusal(archive, `${name} shares its bytes with another, as only a bomb does`)
    if (start > end + (end === 0 ? 0 : MAX_DESCRIPTOR_BYTES))
      throw refusal(archive, `before ${name} lies something that its directory does not name`)
    const header = await zip.readLocalFileHeaderPromise(entry)
    const doubt = disagreement(entry, header)
    if (doubt !== undefined)
      throw refusal(archive, `${name} has ${doubt} in the directory and another before its bytes`)
    end = header.fileDataStart + entry.compressedSize
  }
  if (await hasFileAt(path, end)) throw refusal(archive, 'it holds a file that its directory does not name')
}

/** Whether another file's header stands behind the last one's bytes, or behind their descriptor. */
async function hasFileAt(path: string, end: number): Promise<boolean> {
  const file = await open(path)
  try {
    const bytes = Buffer.alloc(MAX_DESCRIPTOR_BYTES + LOCAL_HEADER.length)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, end)
    return bytes.subarray(0, bytesRead).includes(LOCAL_HEADER)
  } finally {
    await file.close()
  }
}

function disagreement(entry: Entry, header: LocalFileHeader): string | undefined {
  if (!header.fileName.equals(entry.fileNameRaw)) return 'one name'
  if (header.compressionMethod !== entry.compressionMethod) return 'one method of compression'
  const flags = entry.generalPurposeBitFlag ^ header.generalPurposeBitFlag
  if ((flags & TELLING_FLAGS) !== 0) return 'one kind of name or encryption'
  const extraFields = parseExtraFields(header.extraField)
  const local = entryName({ flags: header.generalPurposeBitFlag, bytes: header.fileName, extraFields })
  if (local.name !== entryName(rawNameOf(entry)).name) return 'one name in Unicode'
  if ((header.generalPurposeBitFlag & DESCRIPTOR_FLAG) !== 0 && isUnsaid(header)) return undefined
  if (header.crc32 !== entry.crc32) return 'one checksum'
  const zip64 = extraFields.find(({ id }) => id === ZIP64_FIELD)?.data
  const [unpacked, packed] = [0, 8].map(at =>
    zip64 !== undefined && zip64.length >= ZIP64_BYTES ? Number(zip64.readBigUInt64LE(at)) : IN_EXTRA_FIELD,
  )
  const sizes = [
    [header.compressedSize, packed, entry.compressedSize],
    [header.uncompressedSize, unpacked, entry.uncompressedSize],
  ]
  return sizes.every(([said, more, central]) => (said === IN_EXTRA_FIELD ? more : said) === central)
    ? undefined
    : 'one size'
}

/** Whether a header leaves everything to what follows the data. */
function isUnsaid({ crc32, compressedSize, uncompressedSize }: LocalFileHeader): boolean {
  return (
    crc32 === 0 &&
    [0, IN_EXTRA_FIELD].includes(compressedSize) &&
    [0, IN_EXTRA_FIELD].includes(uncompressedSize)
  )
}
