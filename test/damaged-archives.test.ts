import { gzipSync } from 'node:zlib'
import { beforeAll, describe, it } from 'vitest'
import { gnuLongName, pax, paxRecords, tar, tarEnd, tarEntry, unicodePath, zip } from './support/archives.js'
import { drawing } from './support/photos.js'
import { expectRefused, type Refused } from './support/refused-archives.js'

let photo: Buffer

beforeAll(async () => {
  photo = await drawing('ball', 1, { side: 16 })
})

const one = () => ({ name: 'cat/1.png', content: photo })

const kinds: readonly Refused[] = [
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
  it.each(kinds)('%s', (_what, make, says) => expectRefused(make, says))
})

/** A photo whose name has the bytes of an old code page, and nothing that says which. */
function oldPage(name: string) {
  return { name: Buffer.from(name, 'latin1'), content: photo, flags: 0 }
}

function flip(bytes: Buffer, at: number): Buffer {
  const copy: Buffer = Buffer.from(bytes)
  copy[copy.length + at] ^= 0xff
  return copy
}
