import { gzipSync } from 'node:zlib'
import { beforeAll, describe, it } from 'vitest'
import { gnuLongName, pax, tar, tarEnd, tarEntry, zip } from './support/archives.js'
import { drawing } from './support/photos.js'
import { expectRefused, type Refused } from './support/refused-archives.js'

let photo: Buffer

beforeAll(async () => {
  photo = await drawing('ball', 1, { side: 16 })
})

const e = 'é'
const decomposed = 'e\u0301'
const one = () => ({ name: 'cat/1.png', content: photo })

/** Each kind, as a tar and as a zip archive where both can hold it. */
const kinds: readonly Refused[] = [
  ...names(),
  [
    'a symbolic link (tar)',
    () => tar(one(), { name: 'l', type: '2', linkName: '/etc/passwd' }),
    /"l" is a symbolic link/,
  ],
  [
    'a hard link (tar)',
    () => tar(one(), { name: 'l', type: '1', linkName: 'cat/1.png' }),
    /"l" is a hard link/,
  ],
  [
    'a link with a long target (tar)',
    () => tar(gnuLongName(`/${'d/'.repeat(80)}x\0`, 'K'), { name: 'l', type: '2', linkName: '/d' }),
    /"l" is a symbolic link/,
  ],
  [
    'a link by a pax header (tar)',
    () => tar(pax({ linkpath: '/etc/passwd' }), { name: 'l', type: '2', linkName: 'x' }),
    /"l" is a symbolic link/,
  ],
  [
    'a file with the target of a link (tar)',
    () => tar(pax({ linkpath: '/etc/passwd' }), one()),
    /"cat\/1.png" is a file with the target of a link/,
  ],
  [
    'a symbolic link (zip)',
    () => zip([one(), { name: 'l', content: '/etc', mode: 0o120777 }]),
    /"l" is a symbolic link/,
  ],
  ['a character device (tar)', () => tar({ name: 'd', type: '3' }), /"d" is a device/],
  ['a block device (tar)', () => tar({ name: 'd', type: '4' }), /"d" is a device/],
  ['a device (zip)', () => zip([{ name: 'd', mode: 0o060666 }]), /"d" is neither a file nor a folder/],
  ['a named pipe (tar)', () => tar({ name: 'p', type: '6' }), /"p" is a named pipe/],
  ['a named pipe (zip)', () => zip([{ name: 'p', mode: 0o010666 }]), /"p" is neither a file nor a folder/],
  ['a socket (zip)', () => zip([{ name: 'p', mode: 0o140666 }]), /"p" is neither a file nor a folder/],
  ['a sparse file (tar, GNU)', () => tar({ name: 's', type: 'S', magic: 'gnu' }), /"s" is a sparse file/],
  [
    'a sparse file (tar, pax)',
    () => tar(pax({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'x' }), one()),
    /"cat\/1.png" is a sparse file/,
  ],
  ['a sparse file (tar, star)', () => tar(pax({ 'SCHILY.realsize': '99999999' }), one()), /is a sparse file/],
  [
    'the rest of another archive (tar)',
    () => tar({ name: 'm', type: 'M' }),
    /"m" goes on in another archive/,
  ],
  [
    'an unknown kind (tar)',
    () => tar({ name: 'u', type: 'Z' }),
    /"u" is of a kind that is not known \("Z"\)/,
  ],
  [
    'a folder with content (tar)',
    () => tar({ name: 'f', type: '5', content: 'x' }),
    /"f" is a folder, and yet has content/,
  ],
  [
    'a folder with content (zip)',
    () => zip([one(), { name: 'f/', content: 'x' }]),
    /"f\/" is a folder, and yet has content/,
  ],

  [
    'a bomb (zip)',
    () => zip([{ name: 'b.png', content: Buffer.alloc(6_000_000) }]),
    /"b.png" would grow \d+ times, as only a bomb does/,
  ],
  [
    'a bomb (tgz)',
    () => gzipSync(tar({ name: 'b.png', content: Buffer.alloc(6_000_000) })),
    /it grows \d+ times and more, as only a bomb does/,
  ],
  [
    'a bomb behind a photo (tgz)',
    () => gzipSync(tar(one(), { name: 'b.png', content: Buffer.alloc(12_000_000) })),
    /as only a bomb does/,
  ],
  [
    'a bomb of shared bytes (zip)',
    () => zip([one(), { ...one(), name: 'cat/2.png', sharesWith: 0 }]),
    /shares its bytes with another/,
  ],
  [
    'a size beyond all limits (tar)',
    () => tar({ name: 'b.png', change: header => header.set([0x80, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0], 124) }),
    /takes over 8589934592 bytes, the limit/,
  ],
  [
    'many files whose sum is beyond all limits (zip)',
    () => zip(Array.from({ length: 3 }, (_, i) => huge(`${i}.png`))),
    /takes over 8589934592 bytes, the limit/,
  ],
  ['too many entries (tgz)', manyEntries, /it has 200001 entries or more; at most 200000 are unpacked/],
  ['too many entries (zip)', manyZipEntries, /it has 300000 entries or more/],

  [
    'a zip archive in it (tar)',
    () => tar(one(), { name: 'more.zip', content: zip([one()]) }),
    /"more.zip" is an archive itself/,
  ],
  [
    'a tgz in it (zip)',
    () => zip([one(), { name: 'more.tgz', content: gzipSync(tar(one())) }]),
    /"more.tgz" is an archive itself/,
  ],
  [
    'an archive called a photo (tar)',
    () => tar(one(), { name: 'cat/2.jpg', content: zip([one()]) }),
    /"cat\/2.jpg" is an archive itself/,
  ],
  [
    'an archive called a photo (zip)',
    () => zip([one(), { name: 'cat/2.jpg', content: tar(one()) }]),
    /"cat\/2.jpg" is an archive itself/,
  ],
  [
    'an archive called a table (zip)',
    () => zip([one(), { name: 'labels.csv', content: gzipSync('a') }]),
    /"labels.csv" is an archive itself/,
  ],
  [
    'an archive in its archive (tgz)',
    () => gzipSync(gzipSync(tar(one()))),
    /what it compresses is no tar archive, but another one/,
  ],
  [
    'a zip archive compressed again',
    () => gzipSync(zip([one()])),
    /what it compresses is no tar archive, but another one/,
  ],
  ['a compressed photo', () => gzipSync(photo), /what it compresses is no tar archive/],
]

describe('an archive is refused by name, with nothing written outside and nothing left, that has', () => {
  it.each(kinds)('%s', (_what, make, says) => expectRefused(make, says))
})

/** Names that lead elsewhere, or are not the same on every system, each in both kinds of archive. */
function names(): Refused[] {
  const bad: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['a path upwards', ['../x.png'], /"\.\.\/x\.png" would be written outside: it leads upwards/],
    ['a path upwards further on', ['cat/../../x.png'], /it leads upwards/],
    ['a path up and down', ['cat/../x.png'], /it leads upwards/],
    ['a path upwards by backslashes', ['..\\x.png'], /it leads upwards/],
    ['an absolute path', ['/tmp/x.png'], /"\/tmp\/x\.png" would be written outside: it is an absolute path/],
    ['an absolute path with two slashes', ['//host/share/x.png'], /it is an absolute path/],
    ['a UNC path', ['\\\\host\\share\\x.png'], /it is an absolute path/],
    ['a device path', ['\\\\?\\C:\\x.png'], /it is an absolute path/],
    ['a drive', ['C:/x.png'], /"C:\/x\.png" would be written outside: it names a drive/],
    ['a drive without a path', ['c:x.png'], /it names a drive/],
    ['a backslash', ['cat\\1.png'], /"cat\\\\1\.png" has a backslash in its name/],
    ['a stream of another file', ['cat/1.png:x'], /has a colon in its name/],
    ['a dot at its end', ['cat/1.png.'], /ends in a dot or a space/],
    ['a space at its end', ['cat/1.png '], /ends in a dot or a space/],
    ['a folder with a dot at its end', ['cat./1.png'], /ends in a dot or a space/],
    ['a folder of three dots', ['.../1.png'], /ends in a dot or a space/],
    ['a device of Windows', ['cat/con'], /"cat\/con" has the name of a device on Windows/],
    ['a device of Windows with an extension', ['cat/Aux.png'], /the name of a device on Windows/],
    ['a device of Windows as a folder', ['COM1/1.png'], /the name of a device on Windows/],
    ['a line break', ['cat/1\n.png'], /has a control character in its name/],
    ['an escape', ['cat/\u001b[2J.png'], /has a control character in its name/],
    ['a very long name', [`cat/${'x'.repeat(252)}.png`], /has too long a name: over 255 bytes/],
    ['a very deep path', [`${'d/'.repeat(40)}x.png`], /is no path that anybody uses/],
    ['a very long path', [`${`${'d'.repeat(50)}/`.repeat(22)}x.png`], /has too long a path/],
    [
      'twins that differ in case',
      ['cat/a.png', 'cat/A.png'],
      /differ only in case or in how letters are composed/,
    ],
    [
      'folders that differ in case',
      ['cat/a.png', 'Cat/b.png'],
      /the names "cat" and "Cat" differ only in case/,
    ],
    [
      'twins of one letter, composed or not',
      [`${e}.png`, `${decomposed}.png`],
      /in how letters are composed/,
    ],
    ['twins that differ in an invisible letter', ['a.png', 'a\u200b.png'], /are one/],
    ['twins by the folding of ß', ['straße.png', 'STRASSE.png'], /are one/],
    ['one name twice', ['a.png', 'a.png'], /two entries are called "a.png"/],
    ['one name twice in two writings', ['a.png', './a.png'], /two entries are called "a.png"/],
    ['a file that is a folder', ['a', 'a/b.png'], /"a" is both a file and a folder/],
    ['a folder that is a file', ['a/b.png', 'a'], /"a" is both a file and a folder/],
  ]
  return bad.flatMap(([what, list, says]) => [
    [`${what} (tar)`, () => tar(...list.flatMap(name => long(name))), says],
    [`${what} (zip)`, () => zip(list.map(name => ({ name, content: photo }))), says],
  ])
}

/** A photo of any name, a long one as pax has it. */
function long(name: string) {
  const entry = { name, content: photo }
  return Buffer.byteLength(name) > 100
    ? [pax({ path: name }), { ...entry, name: name.slice(0, 99) }]
    : [entry]
}

/** A file that says that it has 4 GB, and would not look like a bomb for what it says. */
function huge(name: string) {
  const say = (at: number) => (header: Buffer) => {
    header.writeUInt32LE(0xfffffff0, at + 4)
    header.writeUInt32LE(0x7fffffff, at)
  }
  return { name, content: 'x', local: say(18), central: say(20) }
}

/** Folders without end, each of which is there only once in a data set. */
function manyEntries(): Buffer {
  const folder = tarEntry({ name: 'd/', type: '5' })
  return Buffer.concat([...new Array<Buffer>(200_001).fill(folder), tarEnd])
}

/** Says that it has more entries than are ever unpacked; the first of them is there. */
function manyZipEntries(): Buffer {
  const archive = zip([{ name: 'a.png', content: photo }])
  // The number of entries has 16 bits in the plain end record; the larger record of ZIP64 has room.
  const end = archive.subarray(-22)
  const big = Buffer.alloc(56 + 20)
  big.write('PK\x06\x06', 'latin1')
  big.writeBigUInt64LE(44n, 4)
  big.writeBigUInt64LE(300_000n, 24)
  big.writeBigUInt64LE(300_000n, 32)
  big.writeBigUInt64LE(BigInt(end.readUInt32LE(12)), 40)
  big.writeBigUInt64LE(BigInt(end.readUInt32LE(16)), 48)
  big.write('PK\x06\x07', 56, 'latin1')
  big.writeBigUInt64LE(BigInt(archive.length - 22), 64)
  big.writeUInt32LE(1, 72)
  const last = Buffer.from(end)
  last.writeUInt16LE(0xffff, 8)
  last.writeUInt16LE(0xffff, 10)
  return Buffer.concat([archive.subarray(0, -22), big, last])
}
