// Archives that would harm, confuse or exhaust: each is refused by name, nothing is written outside, nothing is left.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { gnuLongName, pax, paxRecords, tar, tarEnd, tarEntry, unicodePath, zip } from './support/archives.js'
import { temporaryFolder } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { drawing } from './support/photos.js'

let photo: Buffer

beforeAll(async () => {
  photo = await drawing('ball', 1, { side: 16 })
})

const e = 'é'
const decomposed = 'e\u0301'
const one = () => ({ name: 'cat/1.png', content: photo })

/** Each kind, as a tar and as a zip archive where both can hold it. */
const kinds: readonly (readonly [what: string, make: () => Buffer, says: RegExp])[] = [
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

  [
    'a wrong checksum (tar)',
    () => tar({ ...one(), afterChecksum: header => header.write('x', 0) }),
    /it is no archive|checksum/,
  ],
  [
    'a wrong checksum further on (tar)',
    () => tar(one(), { name: '2.png', afterChecksum: header => header.write('x', 0) }),
    /the checksum of a header is wrong/,
  ],
  [
    'a wrong checksum (zip)',
    () =>
      zip([
        {
          ...one(),
          local: header => header.writeUInt32LE(1, 14),
          central: header => header.writeUInt32LE(1, 16),
        },
      ]),
    /the checksum of "cat\/1.png" is wrong/,
  ],
  ['a wrong checksum (tgz)', () => flip(gzipSync(tar(one())), -6), /damaged or no gzip archive/],
  ['its end missing (tar)', () => tar(one()).subarray(0, -1024), /its end is missing/],
  [
    'its end missing (tgz)',
    () => gzipSync(tar(one())).subarray(0, -20),
    /damaged or no gzip archive \(unexpected end of file\)/,
  ],
  ['its end missing (zip)', () => zip([one()]).subarray(0, -10), /damaged or no zip archive/],
  [
    'a file behind its end (tar)',
    () => Buffer.concat([tar(one()), tar({ name: '2.png' })]),
    /something stands behind its end/,
  ],
  [
    'a file behind one block of zeros (tar)',
    () => Buffer.concat([tarEntry(one()), tarEnd.subarray(512), tar({ name: '2.png' })]),
    /something stands behind its end/,
  ],
  [
    'a size that is no number (tar)',
    () => tar({ ...one(), size: '12x45678901\0' }),
    /the size of "cat\/1.png" is no number/,
  ],
  [
    'a negative size (tar)',
    () => tar({ ...one(), change: header => header.fill(0xff, 124, 136) }),
    /the size of "cat\/1.png" is no number/,
  ],

  [
    'two names for one file (tar, pax)',
    () => tar(pax({ path: 'dog/1.png' }), one()),
    /"dog\/1.png" also goes by the name "cat\/1.png"/,
  ],
  [
    'two names for one file (tar, GNU)',
    () => tar(gnuLongName('dog/1.png\0'), { ...one(), magic: 'gnu' }),
    /"dog\/1.png" also goes by the name "cat\/1.png"/,
  ],
  [
    'a long name that climbs out (tar, pax)',
    () => tar(pax({ path: `../${'x'.repeat(150)}.png` }), { ...one(), name: 'x' }),
    /would be written outside: it leads upwards/,
  ],
  [
    'a long name that climbs out (tar, GNU)',
    () => tar(gnuLongName(`../${'x'.repeat(150)}.png\0`), { ...one(), name: `../${'x'.repeat(97)}` }),
    /leads upwards/,
  ],
  [
    'a long name for all files (tar, pax)',
    () => tar(pax({ path: 'x.png' }, 'g'), one()),
    /a global pax header gives one name, size or kind to all files/,
  ],
  [
    'two long names (tar)',
    () => tar(pax({ path: 'x.png' }), gnuLongName('x.png\0'), one()),
    /two headers speak of one file/,
  ],
  [
    'a long name for nothing (tar)',
    () => tar(one(), pax({ path: 'x.png' })),
    /a name in it belongs to no file/,
  ],
  [
    'a long name with a zero byte (tar, GNU)',
    () => tar(gnuLongName('cat/1.png\0.exe\0'), one()),
    /a long name is none/,
  ],
  [
    'a long name with a zero byte (tar, pax)',
    () => tar(pax({ path: 'cat/1.png\0.exe' }), one()),
    /a pax header gives a name that is none/,
  ],
  ['an empty long name (tar, GNU)', () => tar(gnuLongName('\0'), one()), /a long name is none/],
  [
    'a pax record with a wrong length (tar)',
    () => tar(pax('99 path=x.png\n'), one()),
    /a pax header has records of wrong lengths/,
  ],
  [
    'a pax record that ends early (tar)',
    () => tar(pax('8 path=x.png\n'), one()),
    /a pax header has records of wrong lengths/,
  ],
  [
    'two pax records for one thing (tar)',
    () => tar(pax(paxRecords({ path: 'a' }) + paxRecords({ path: 'b' })), one()),
    /records of wrong lengths, or twice/,
  ],
  [
    'two sizes (tar, pax)',
    () => tar(pax({ size: '3' }), one()),
    /"cat\/1.png" is said to have \d+ bytes, and 3/,
  ],
  [
    'a pax header of enormous length (tar)',
    () => tar(tarEntry({ name: 'x', type: 'x', size: 2_000_000 }), one()),
    /a name or attributes in it take 2000000 bytes/,
  ],
  [
    'a name in Latin-1 (tar)',
    () => tar({ ...one(), name: Buffer.from('ni\xf1o.png', 'latin1') }),
    /is not in UTF-8/,
  ],
  [
    'a name that is not the UTF-8 that it says (zip)',
    () => zip([{ ...one(), name: Buffer.from('ni\xf1o.png', 'latin1') }]),
    /has a name that is not the UTF-8 that it says/,
  ],
  [
    'another name in Unicode (zip)',
    () => zip([{ ...one(), extra: unicodePath('cat/1.png', 'dog/1.png'), flags: 0 }]),
    /"dog\/1.png" also goes by the name "cat\/1.png"/,
  ],
  [
    'another name in Unicode beside one of other letters (zip)',
    () => zip([{ ...one(), name: 'niño/1.png', extra: unicodePath('niño/1.png', 'dog/1.png') }]),
    /"dog\/1.png" also goes by the name "niño\/1.png"/,
  ],
  [
    'another name in Unicode beside one in an old code page (zip)',
    () =>
      zip([{ ...oldPage('cat\xa4/1.png'), extra: unicodePath(oldPage('cat\xa4/1.png').name, 'dogñ/1.png') }]),
    /"dogñ\/1.png" also goes by the name "catñ\/1.png"/,
  ],
  [
    'a name in an unknown code page (zip)',
    () => zip([oldPage('\xaa\xae\xe2/1.png')]),
    /has letters in its name that each system reads in its own way: pack it again, in UTF-8/,
  ],
  [
    'a name in another unknown code page (zip)',
    () => zip([oldPage('\x8e\xca\x90^/1.png')]),
    /has letters in its name that each system reads in its own way/,
  ],
  [
    'a name in Unicode before the bytes only (zip)',
    () => zip([{ ...one(), localExtra: unicodePath('cat/1.png', 'dog/1.png') }]),
    /"cat\/1.png" has one name in Unicode in the directory and another/,
  ],
  [
    'another large size before the bytes (zip)',
    () => {
      const localExtra = Buffer.alloc(20)
      localExtra.set([1, 0, 16, 0, 5])
      const local = (header: Buffer) => header.fill(0xff, 18, 26)
      return zip([{ ...one(), local, localExtra }])
    },
    /has one size in the directory and another/,
  ],
  [
    'compression by another method (zip)',
    () => {
      const say = (at: number) => (header: Buffer) => void header.writeUInt16LE(12, at)
      return zip([{ ...one(), local: say(8), central: say(10) }])
    },
    /"cat\/1.png" is compressed by bzip2 \(12\), which is not read here: unpack it yourself/,
  ],
  [
    'another name before the bytes (zip)',
    () => zip([{ ...one(), localName: 'dog/1.png' }]),
    /"cat\/1.png" has one name in the directory and another/,
  ],
  [
    'another size before the bytes (zip)',
    () => zip([{ ...one(), local: header => header.writeUInt32LE(3, 22) }]),
    /has one size in the directory and another/,
  ],
  [
    'another checksum before the bytes (zip)',
    () => zip([{ ...one(), local: header => header.writeUInt32LE(3, 14) }]),
    /has one checksum in the directory and another/,
  ],
  [
    'another method before the bytes (zip)',
    () => zip([{ ...one(), local: header => header.writeUInt16LE(0, 8) }]),
    /has one method of compression in the directory and another/,
  ],
  [
    'a file that its directory does not name (zip)',
    () => zip([one(), { ...one(), name: 'cat/2.png', hidden: true }, { ...one(), name: 'cat/3.png' }]),
    /before entry "cat\/3.png" lies something that its directory does not name/,
  ],
  [
    'a last file that its directory does not name (zip)',
    () => zip([one(), { ...one(), name: 'cat/2.png', hidden: true }]),
    /it holds a file that its directory does not name/,
  ],
  [
    'something before it (zip)',
    () => zip([one()], { before: Buffer.from('#!/bin/sh\n') }),
    /it is no archive that is read here/,
  ],
  [
    'another zip archive before it (zip)',
    () => zip([one()], { before: zip([{ ...one(), name: 'cat/2.png' }]) }),
    /before entry "cat\/1.png" lies something/,
  ],
  ['encryption (zip)', () => zip([{ ...one(), flags: 0x801 }]), /"cat\/1.png" is encrypted/],
  [
    'compression by bzip2',
    () => Buffer.from('BZh91AY&SY'),
    /compressed with bzip2: unpack it with "bunzip2", and give the .tar file/,
  ],
  [
    'compression by xz',
    () => Buffer.from('\xfd7zXZ\0', 'latin1'),
    /compressed with xz: unpack it with "unxz"/,
  ],
  [
    'the form of 7-Zip',
    () => Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1'),
    /is a 7-Zip archive: unpack it with "7z x"/,
  ],
  ['the form of RAR', () => Buffer.from('Rar!\x1a\x07\x01\0', 'latin1'), /is a RAR archive: unpack it/],
  ['nothing in it', () => Buffer.of(), /cannot be unpacked: it is empty/],
  ['no files (tar)', () => tar({ name: 'cat', type: '5' }), /it holds no files/],
  ['no files (zip)', () => zip([{ name: 'cat/' }]), /it holds no files/],
  [
    'no photos (tar)',
    () => tar({ name: 'readme.txt', content: 'x' }, { name: 'x.svg', content: '<svg/>' }),
    /it holds no photos \(but "readme.txt"\)/,
  ],
]

describe('an archive is refused by name, with nothing written outside and nothing left, that has', () => {
  it.each(kinds)('%s', async (_what, make, says) => {
    // "here" has a neighbour, which an archive that climbs out would meet.
    const root = temporaryFolder()
    const here = path.join(root, 'deep', 'here')
    mkdirSync(here, { recursive: true })
    writeFileSync(path.join(root, 'deep', 'neighbour'), 'untouched')
    writeFileSync(path.join(here, 'a.archive'), make())
    const archive = path.join(here, 'a.archive')
    const told = await chiquitoHere([
      'collect',
      'archive',
      archive,
      '--out',
      path.join(here, 'out'),
      '--quiet',
    ])
    expect(told).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(says) })
    expect(told.stderr).toContain(`chiquito: "${archive}" cannot be unpacked: `)
    expect(readdirSync(here)).toEqual(['a.archive'])
    expect(readdirSync(path.join(root, 'deep')).sort()).toEqual(['here', 'neighbour'])
    expect(readdirSync(root)).toEqual(['deep'])
    expect(readFileSync(path.join(root, 'deep', 'neighbour'), 'utf8')).toBe('untouched')
  })
})

/** Names that lead elsewhere, or are not the same on every system, each in both kinds of archive. */
function names(): [string, () => Buffer, RegExp][] {
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

/** A photo whose name has the bytes of an old code page, and nothing that says which. */
function oldPage(name: string) {
  return { name: Buffer.from(name, 'latin1'), content: photo, flags: 0 }
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

function flip(bytes: Buffer, at: number): Buffer {
  const copy: Buffer = Buffer.from(bytes)
  copy[copy.length + at] ^= 0xff
  return copy
}
