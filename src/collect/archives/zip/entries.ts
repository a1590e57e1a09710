import { isUtf8 } from 'node:buffer'
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl'
import { ChiquitoError, throwIfAborted, type WorkOptions } from '../../../core/index.js'
import { errorCode, ioError } from '../../../files/index.js'
import { type ArchiveLimits, Budget, bombRatio } from '../limits.js'
import { Names, nameProblem, tidyName } from '../names.js'
import { entry as called, damage, refusal } from '../refusal.js'
import type { ArchivedFile } from '../sink.js'
import { requireAgreement } from './local-headers.js'

/** Bit of the general purpose flag, and number of the extra field, that say that a name is UTF-8 (APPNOTE 4.4.4, 4.6.9). */
const UTF8_FLAG = 0x800
const UNICODE_PATH_FIELD = 0x7075

/** A file in an archive, fit to be unpacked. */
export interface ZippedFile extends ArchivedFile {
  readonly entry: Entry
}

/** Opens an archive, and says clearly what is wrong with one that cannot be. @throws `io`, `data` */
export async function openZip(path: string, archive: string): Promise<ZipFile> {
  try {
    // Names are read here, so that one that must not be is refused in the same words as in other archives.
    const options = { lazyEntries: true, autoClose: false, validateEntrySizes: true, decodeStrings: false }
    const zip = await openPromise(path, options)
    // An error is also given to whoever waits for an entry; without a listener it would end the program as well.
    return zip.on('error', () => undefined)
  } catch (error) {
    if (errorCode(error) !== undefined) throw ioError(error, 'read', archive)
    throw damage(archive, 'zip', error)
  }
}

/**
 * The archive's files, all of them checked; folders are made as files need them.
 *
 * @throws `data` when one of them must not be unpacked, or all of them together; `interrupted`
 */
export async function readFiles(
  zip: ZipFile,
  path: string,
  archive: string,
  { signal, ...limits }: ArchiveLimits & WorkOptions,
): Promise<ZippedFile[]> {
  const budget = new Budget(archive, limits)
  budget.requireEntries(zip.entryCount)
  const entries: Entry[] = []
  const files: ZippedFile[] = []
  const names = new Names()
  try {
    for await (const entry of zip.eachEntry()) {
      entries.push(entry)
      const raw = nameOf(entry)
      if (raw === undefined)
        throw refusal(archive, 'a name in it is not in the letters that it says: pack it again')
      const name = tidyName(raw)
      const problem = nameProblem(name) ?? nameDoubt(entry, raw) ?? kindProblem(entry)
      if (problem !== undefined) throw refusal(archive, `${called(raw)} ${problem}`)
      budget.add(entry.uncompressedSize)
      const isFolder = raw.endsWith('/')
      const clash = isFolder ? names.addFolder(name) : names.addFile(name)
      if (clash !== undefined) throw refusal(archive, clash)
      if (!isFolder) files.push({ name, size: entry.uncompressedSize, entry })
    }
    throwIfAborted(signal)
    await requireAgreement(zip, entries, path, archive)
  } catch (error) {
    throw error instanceof ChiquitoError ? error : damage(archive, 'zip', error)
  }
  if (files.length === 0) throw refusal(archive, 'it holds no files')
  return files
}

/**
 * The name of an entry. Many programs write UTF-8 without saying so, and would be read in the code page of the first
 * PC; what is valid UTF-8 is hardly ever meant otherwise.
 */
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string | undefined {
  const isPlain = isUtf8(fileNameRaw)
  const saysUtf8 = (generalPurposeBitFlag & UTF8_FLAG) !== 0
  if (saysUtf8 && !isPlain) return undefined
  const hasUnicodeField = extraFields.some(({ id }) => id === UNICODE_PATH_FIELD)
  if (isPlain && !hasUnicodeField) return fileNameRaw.toString('utf8')
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true)
}

/** Whether programs that do not know the extra field with a name in Unicode read another name. */
function nameDoubt({ fileNameRaw }: Entry, name: string): string | undefined {
  const plain = fileNameRaw.toString('latin1')
  const isAscii = /^[\0-\x7f]*$/.test(plain)
  return isAscii && plain !== name ? `also goes by the name ${JSON.stringify(plain)}` : undefined
}

/** Why an entry is none that is unpacked. */
function kindProblem(entry: Entry): string | undefined {
  const { compressedSize, uncompressedSize, compressionMethod } = entry
  const type = (entry.externalFileAttributes >>> 16) & 0o170000
  if (type === 0o120000) return 'is a symbolic link'
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) return 'is neither a file nor a folder'
  if (entry.isEncrypted()) return 'is encrypted: unpack it yourself, with its password'
  if (compressionMethod !== 0 && compressionMethod !== 8)
    return `is compressed by an unknown method (${compressionMethod})`
  const ratio = bombRatio(compressedSize, uncompressedSize)
  if (ratio !== undefined) return `would grow ${ratio} times, as only a bomb does`
  const isFolder = entry.fileNameRaw.at(-1) === 0x2f
  if (isFolder && uncompressedSize > 0) return 'is a folder, and yet has content'
  return undefined
}
