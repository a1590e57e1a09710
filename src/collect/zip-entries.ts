import { isUtf8 } from 'node:buffer'
import { type Entry, openPromise, validateFileName, type ZipFile } from 'yauzl'
import { ChiquitoError, messageOf } from '../core/index.js'
import { errorCode, ioError } from '../files/index.js'

/** A large data set has tens of thousands of photos; a million entries is an attack on memory and disk. */
const DEFAULT_MAX_ENTRIES = 200_000

/** All files together, unpacked: twice the largest download. */
const DEFAULT_MAX_BYTES = 8 * 1024 ** 3

/** Photos hardly shrink, texts to a tenth; deflate can reach a thousandth, with nothing but repetition. */
const MAX_RATIO = 200

/** Small files of one colour do shrink that much, and are harmless. */
const RATIO_FROM_BYTES = 4 * 1024 * 1024

/** Deeper folders than any person makes only serve to exhaust something. */
const MAX_DEPTH = 32

/** Bit of the general purpose flag, and number of the extra field, that say that a name is UTF-8 (APPNOTE 4.4.4, 4.6.9). */
const UTF8_FLAG = 0x800
const UNICODE_PATH_FIELD = 0x7075

export interface ZipLimits {
  readonly maxEntries?: number | undefined
  readonly maxBytes?: number | undefined
}

/** A file in an archive, fit to be unpacked. */
export interface ZippedFile {
  /** Relative, with `/`, never leading out. */
  readonly name: string
  readonly entry: Entry
}

/** Opens an archive, and says clearly what is wrong with one that cannot be. @throws `io`, `data` */
export async function openZip(archive: string): Promise<ZipFile> {
  try {
    const zip = await openPromise(archive, { lazyEntries: true, autoClose: false, validateEntrySizes: true })
    // An error is also given to whoever waits for an entry; without a listener it would end the program as well.
    return zip.on('error', () => undefined)
  } catch (error) {
    if (errorCode(error) !== undefined) throw ioError(error, 'read', archive)
    throw damage(archive, error)
  }
}

/**
 * The archive's files, all of them checked; folders are made as files need them.
 *
 * @throws `data` when one of them must not be unpacked, or all of them together
 */
export async function readFiles(zip: ZipFile, archive: string, limits: ZipLimits): Promise<ZippedFile[]> {
  const { maxEntries = DEFAULT_MAX_ENTRIES, maxBytes = DEFAULT_MAX_BYTES } = limits
  if (zip.entryCount > maxEntries)
    throw refusal(archive, `it has ${zip.entryCount} entries; at most ${maxEntries} are unpacked`)
  const files: ZippedFile[] = []
  let bytes = 0
  try {
    for await (const entry of zip.eachEntry()) {
      const name = nameOf(entry)
      const problem = problemOf(entry, name)
      if (problem !== undefined) throw refusal(archive, `entry ${JSON.stringify(name)} ${problem}`)
      bytes += entry.uncompressedSize
      if (bytes > maxBytes) throw refusal(archive, `unpacked it takes over ${maxBytes} bytes, the limit`)
      if (!name.endsWith('/')) files.push({ name, entry })
    }
  } catch (error) {
    if (error instanceof ChiquitoError) throw error
    const leadsOut = /^(absolute|invalid relative) path/.test(messageOf(error))
    throw leadsOut
      ? refusal(archive, `a file would be written outside: ${messageOf(error)}`)
      : damage(archive, error)
  }
  if (files.length === 0) throw refusal(archive, 'it holds no files')
  requireDifferentNames(files, archive)
  return files
}

/**
 * The name of an entry. Many programs write UTF-8 without saying so, and would be read in the code page of the first
 * PC; what is valid UTF-8 is hardly ever meant otherwise.
 */
function nameOf(entry: Entry): string {
  const saysUtf8 = (entry.generalPurposeBitFlag & UTF8_FLAG) !== 0
  const hasUnicodeField = entry.extraFields.some(({ id }) => id === UNICODE_PATH_FIELD)
  if (saysUtf8 || hasUnicodeField || !isUtf8(entry.fileNameRaw)) return entry.fileName
  return entry.fileNameRaw.toString('utf8').replaceAll('\\', '/')
}

/** Why an entry must not be unpacked. */
function problemOf(entry: Entry, name: string): string | undefined {
  const { compressedSize, uncompressedSize, compressionMethod } = entry
  const type = (entry.externalFileAttributes >>> 16) & 0o170000
  if (type === 0o120000) return 'is a symbolic link'
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) return 'is neither a file nor a folder'
  if (entry.isEncrypted()) return 'is encrypted: unpack it yourself, with its password'
  if (compressionMethod !== 0 && compressionMethod !== 8)
    return `is compressed by an unknown method (${compressionMethod})`
  if (uncompressedSize > RATIO_FROM_BYTES && uncompressedSize > compressedSize * MAX_RATIO)
    return `would grow ${Math.round(uncompressedSize / Math.max(compressedSize, 1))} times, as only a bomb does`
  if (validateFileName(name) !== null) return 'would be written outside the folder'
  if (name.includes('\0') || name.split('/').length > MAX_DEPTH) return 'has a name that is no path'
  if (process.platform === 'win32' && /[<>:"|?*]|[. ](\/|$)/.test(name))
    return 'has a name that Windows does not allow'
  return undefined
}

function requireDifferentNames(files: readonly ZippedFile[], archive: string): void {
  const names = new Set<string>()
  for (const { name } of files) {
    if (names.has(name)) throw refusal(archive, `two entries are called ${JSON.stringify(name)}`)
    names.add(name)
  }
  for (const { name } of files)
    for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1))
      if (names.has(name.slice(0, at)))
        throw refusal(archive, `${JSON.stringify(name.slice(0, at))} is both a file and a folder`)
}

export function refusal(archive: string, why: string): ChiquitoError {
  return new ChiquitoError('data', `"${archive}" cannot be unpacked: ${why}.`)
}

export function damage(archive: string, error: unknown): ChiquitoError {
  const detail = messageOf(error).replace(/\.$/, '')
  return refusal(archive, `it is damaged or no zip archive (${detail}); get it again`)
}
