import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { ChiquitoError, throwIfAborted, type WorkOptions } from '../../../core/index.js'
import { errorCode, ioError } from '../../../files/index.js'
import { type ArchiveLimits, Budget, bombRatio } from '../limits.js'
import { Names, nameProblem, tidyName } from '../names.js'
import { entry as called, damage, refusal } from '../refusal.js'
import type { ArchivedFile } from '../sink.js'
import { entryName } from './entry-name.js'
import { rawNameOf, requireAgreement } from './local-headers.js'

/** Methods of compression that are not read, by their numbers (APPNOTE 4.4.5). */
const otherMethods: Readonly<Record<number, string>> = {
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'zstd',
  95: 'xz',
  98: 'PPMd',
}

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
      const { name: raw, doubt } = entryName(rawNameOf(entry))
      const name = tidyName(raw)
      const problem = nameProblem(name) ?? doubt ?? kindProblem(entry)
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

/** Why an entry is none that is unpacked. */
function kindProblem(entry: Entry): string | undefined {
  const { compressedSize, uncompressedSize, compressionMethod } = entry
  const type = (entry.externalFileAttributes >>> 16) & 0o170000
  if (type === 0o120000) return 'is a symbolic link'
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) return 'is neither a file nor a folder'
  if (entry.isEncrypted()) return 'is encrypted: unpack it yourself, with its password'
  if (compressionMethod !== 0 && compressionMethod !== 8)
    return (
      `is compressed by ${otherMethods[compressionMethod] ?? 'an unknown method'} (${compressionMethod}), which is not ` +
      'read here: unpack it yourself and give the folder, or pack it again in the ordinary way'
    )
  const ratio = bombRatio(compressedSize, uncompressedSize)
  if (ratio !== undefined) return `would grow ${ratio} times, as only a bomb does`
  const isFolder = entry.fileNameRaw.at(-1) === 0x2f
  if (isFolder && uncompressedSize > 0) return 'is a folder, and yet has content'
  return undefined
}
