import { ignoredName } from '../../dataset/index.js'
import { beginsTar } from './tar/header.js'

/** What an archive is, told by its first bytes, never by its name. */
export type ArchiveKind = 'zip' | 'tar' | 'gzip' | 'zstd'

/** Enough to tell: a tar archive's whole first header. */
export const HEAD_BYTES = 512

/** How files begin that are, or may hold, archives. What is not read has the command that makes one that is. */
const signatures: readonly (readonly [begins: string, kind: ArchiveKind | { readonly refused: string }])[] = [
  ['PK\x03\x04', 'zip'],
  ['PK\x05\x06', 'zip'],
  ['\x1f\x8b', 'gzip'],
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['BZh', { refused: 'it is compressed with bzip2: unpack it with "bunzip2", and give the .tar file' }],
  ['\xfd7zXZ\0', { refused: 'it is compressed with xz: unpack it with "unxz", and give the .tar file' }],
  ['LZIP', { refused: 'it is compressed with lzip: unpack it with "lzip -d", and give the .tar file' }],
  [
    '\x04\x22\x4d\x18',
    { refused: 'it is compressed with lz4: unpack it with "unlz4", and give the .tar file' },
  ],
  [
    '\x1f\x9d',
    { refused: 'it is compressed with compress: unpack it with "uncompress", and give the .tar file' },
  ],
  [
    '7z\xbc\xaf\x27\x1c',
    { refused: 'it is a 7-Zip archive: unpack it with "7z x", and give the folder or a zip archive' },
  ],
  [
    'Rar!\x1a\x07',
    { refused: 'it is a RAR archive: unpack it with "unrar x", and give the folder or a zip archive' },
  ],
  [
    'PK00',
    { refused: 'it is one part of a zip archive in several: join them with "zip -s 0 FILE --out WHOLE.zip"' },
  ],
  [
    'PK\x07\x08',
    { refused: 'it is one part of a zip archive in several: join them with "zip -s 0 FILE --out WHOLE.zip"' },
  ],
]

/**
 * A frame that zstd readers skip may come first; pzstd begins so (RFC 8878, section 3.1.2). Its first byte without the
 * last four bits, and how it goes on.
 */
const SKIPPABLE = { first: 0x50, rest: '*M\x18' } as const

/** What a file that begins so is; undefined where it is no archive that is known. */
export function kindOf(head: Uint8Array): ArchiveKind | { readonly refused: string } | undefined {
  const text = Buffer.from(head.subarray(0, 8)).toString('latin1')
  for (const [begins, kind] of signatures) if (text.startsWith(begins)) return kind
  if ((head[0] & 0xf0) === SKIPPABLE.first && text.startsWith(SKIPPABLE.rest, 1)) return 'zstd'
  return beginsTar(head) ? 'tar' : undefined
}

/** What archives inside archives are called. */
const archiveName = /\.(zip|tar|t[gbx]z2?|tzst|tar\.\w+|gz|bz2|xz|zst|lz4|lzma|7z|rar|tm|cab|jar|iso)$/i

/** Whether a file's name is an archive's. */
export function looksLikeArchive(name: string): boolean {
  return archiveName.test(name)
}

/** What a file may be by its name and its folders'. */
export function kindByName(name: string): 'photo' | 'table' | 'hidden' | 'other' {
  const parts = name.split('/')
  if (parts.slice(0, -1).some(part => ignoredName(part, true) !== undefined)) return 'hidden'
  const ignored = ignoredName(parts[parts.length - 1], false)
  if (ignored === undefined) return 'photo'
  if (ignored === 'table') return 'table'
  return ignored === 'hidden' || ignored === 'system' ? 'hidden' : 'other'
}
