// Archives that people have, unpacked by the command line. Those that would harm are in hostile-archives.test.ts.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { gnuLongName, pax, tar, zip } from './support/archives.js'
import { chiquito } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { drawing, drawings } from './support/photos.js'
import { filesOf, unpack } from './support/unpacked.js'

let photo: Buffer

beforeAll(async () => {
  photo = await drawing('ball', 1, { side: 16 })
  process.env.no_proxy = '127.0.0.1'
})

/** Whether a program is there; the test is skipped where it is not. */
function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('collect archive', () => {
  const entries = () => [
    { name: 'train/cat/1.png', content: photo },
    { name: 'train/cat/226. pic.asp', content: photo },
    { name: 'train/_classes.csv', content: 'filename,cat\n1.png,1\n' },
    { name: 'README.txt', content: 'who made it' },
    { name: 'train/cat/drawing.svg', content: '<svg xmlns="http://www.w3.org/2000/svg"/>' },
    { name: '__MACOSX/train/cat/._1.png', content: 'x' },
    { name: 'journal.jsonl', content: '{}' },
  ]
  const expected = ['train/_classes.csv', 'train/cat/1.png', 'train/cat/226. pic.asp']

  it.each<[string, () => Buffer]>([
    ['zip', () => zip(entries())],
    ['tar', () => tar(...entries())],
    [
      'tar as its beginnings had it',
      () => tar(...entries().map(entry => ({ ...entry, magic: 'none' as const }))),
    ],
    ['tar.gz', () => gzipSync(tar(...entries()))],
    ['tar.gz in two members', () => halves(tar(...entries()))],
  ])('takes photos by content and tables by name out of %s, and says what it leaves', async (_, make) => {
    const { result, files, out } = await unpack(make())
    expect(files).toEqual(expected)
    expect(result).toMatchObject({ photos: 2, tables: 1, left: 4 })
    expect(result.leftNames).toContain('README.txt')
    expect(readFileSync(path.join(out, 'train/cat/1.png')).equals(photo)).toBe(true)
  })

  it('says in words what it did', async () => {
    const root = writeTree({ 'a.zip': zip(entries()) })
    const told = await chiquitoHere([
      'collect',
      'archive',
      path.join(root, 'a.zip'),
      '--out',
      path.join(root, 'out'),
    ])
    expect(told.stdout).toMatch(
      /^2 photos and 1 table in .*out\n4 other files left in the archive: README.txt, /,
    )
  })

  it('reads names as each writer has them: long, with other letters, with "./" before', async () => {
    const long = `${'folder/'.repeat(12)}${'n'.repeat(60)}.png`
    const { files } = await unpack(
      tar(
        pax({ comment: 'a commit' }, 'g'),
        { name: './', type: '5' },
        { name: './niño/', type: '5' },
        { name: './niño/ñ.png', content: photo },
        pax({ path: long, mtime: '1.5', 'SCHILY.xattr.user.x': 'y' }),
        { name: long.slice(0, 100), content: photo },
        gnuLongName(`b${long}\0`),
        { name: `b${long}`.slice(0, 100), content: photo, magic: 'gnu' },
        { name: 'x.png', prefix: 'pre/fix', content: photo },
        pax({ path: 'español.png' }),
        { name: 'espa?ol.png', content: photo },
      ),
    )
    expect(files).toEqual([`b${long}`, 'español.png', long, 'niño/ñ.png', 'pre/fix/x.png'].toSorted())
  })

  it.skipIf(!has('zstd'))(
    'reads what zstd writes, whatever its frames (skipped where it is absent)',
    async () => {
      const root = writeTree({
        'a.tar': tar(...entries(), {
          name: 'b/2.png',
          content: Buffer.concat([photo, Buffer.alloc(300_000, 'xyz')]),
        }),
      })
      for (const options of [[], ['--ultra', '-22', '--long=27'], ['--no-check']]) {
        execFileSync('zstd', ['-q', '-f', ...options, 'a.tar', '-o', 'a.tar.zst'], { cwd: root })
        expect((await unpack(path.join(root, 'a.tar.zst'))).files).toEqual(['b/2.png', ...expected])
      }
      execFileSync('zstd', ['-q', '-f', 'a.tar'], { cwd: root })
      const whole = readFileSync(path.join(root, 'a.tar.zst'))
      for (const change of [
        whole.subarray(0, -9),
        flipped(whole, whole.length >> 1),
        Buffer.concat([whole, Buffer.from('more')]),
      ]) {
        writeFileSync(path.join(root, 'b.tar.zst'), change)
        const told = await chiquitoHere([
          'collect',
          'archive',
          path.join(root, 'b.tar.zst'),
          '--out',
          path.join(root, 'out'),
        ])
        expect(told).toMatchObject({
          status: 1,
          stderr: expect.stringMatching(/it is damaged or no zstd archive/),
        })
      }
      expect(readdirSync(root).sort()).toEqual(['a.tar', 'a.tar.zst', 'b.tar.zst'])
    },
  )

  it.skipIf(!has('tar'))(
    'reads what tar writes, in each of its formats (skipped where it is absent)',
    async () => {
      const root = writeTree({
        ...(await drawings('data/cat', 'ball', 3, { side: 16 })),
        [`data/dog/${'l'.repeat(120)}.png`]: photo,
      })
      const files = [...[1, 2, 3].map(i => `data/cat/${i}.png`), `data/dog/${'l'.repeat(120)}.png`]
      for (const format of ['gnu', 'pax', 'oldgnu']) {
        execFileSync('tar', [`--format=${format}`, '-czf', 'a.tgz', 'data'], { cwd: root })
        expect((await unpack(path.join(root, 'a.tgz'))).files, format).toEqual(files)
      }
    },
  )

  it('makes classes of a Teachable Machine project, by its names', async () => {
    const sample = (name: string) => ({ name, content: photo })
    const manifest = { type: 'image', version: '2.4', appdata: { trainEpochs: 50 } }
    const archive = zip([
      { name: 'manifest.json', content: JSON.stringify(manifest) },
      ...['Class 1-!-0.jpg', 'Class 1-!-1.jpg', 'niño -!-0.jpg', 'a-!-b-!-12.jpg'].map(sample),
    ])
    const { files, result } = await unpack(archive, 'project.tm')
    expect(files).toEqual(['Class 1/0.jpg', 'Class 1/1.jpg', 'a-!-b/12.jpg', 'niño/0.jpg'])
    expect(result).toMatchObject({ photos: 4, left: 1, leftNames: ['manifest.json'] })
  })

  it('also where the project was packed again, in a folder, on a Mac', async () => {
    const archive = zip([
      { name: 'project/', content: '' },
      { name: 'project/manifest.json', content: '{"type":"image","appdata":{}}' },
      ...['a-!-0.jpg', 'b-!-0.jpg'].map(name => ({ name: `project/${name}`, content: photo })),
      { name: '__MACOSX/project/._a-!-0.jpg', content: 'x' },
      { name: 'project/.DS_Store', content: 'x' },
    ])
    expect((await unpack(archive)).files).toEqual(['a/0.jpg', 'b/0.jpg'])
  })

  it.each<[string, () => Buffer, RegExp]>([
    [
      'with sounds',
      () =>
        zip([
          { name: 'manifest.json', content: '{"type":"audio","appdata":{}}' },
          { name: 'a-!-0.zip', content: 'PK' },
        ]),
      /it is a Teachable Machine project of the type "audio"; only image projects hold photos/,
    ],
    [
      'without samples',
      () => zip([{ name: 'x.jpg', content: photo }]),
      /no file is called "<class>-!-<number>\.jpg"/,
    ],
    [
      'with a class that nobody would see',
      () => zip(['.x-!-0.jpg', 'a-!-0.jpg'].map(name => ({ name, content: photo }))),
      /entry "\.x-!-0\.jpg": as "\.x\/0\.jpg" it would be hidden: give the class another name/,
    ],
    ['with a class that climbs out', () => zip([{ name: '..-!-0.jpg', content: photo }]), /leads upwards/],
    [
      'with classes that are one on Windows',
      () => zip(['a-!-0.jpg', 'A-!-1.jpg'].map(name => ({ name, content: photo }))),
      /differ only in case/,
    ],
  ])('refuses a Teachable Machine project %s', async (_, make, says) => {
    const root = writeTree({ 'project.tm': make() })
    const told = await chiquitoHere([
      'collect',
      'archive',
      path.join(root, 'project.tm'),
      '--out',
      path.join(root, 'out'),
    ])
    expect(told).toMatchObject({ status: 1, stderr: expect.stringMatching(says) })
    expect(readdirSync(root)).toEqual(['project.tm'])
  })

  it('fills the folder in which one stands, and the one to which a link leads, and they stay', async () => {
    const root = writeTree({ 'a.zip': zip(entries()), 'here/x': '', 'there/x': '' })
    for (const name of ['here', 'there']) rmSync(path.join(root, name, 'x'))
    // What a process left that was killed there.
    mkdirSync(path.join(root, 'here', '.photos.0123456789ab.tmp'))
    symlinkSync('there', path.join(root, 'link'))
    symlinkSync('nowhere', path.join(root, 'astray'))
    const run = (out: string, cwd: string) =>
      chiquito(['collect', 'archive', path.join(root, 'a.zip'), '--out', out], { cwd })
    const before = statSync(path.join(root, 'here')).ino
    expect(await run('.', path.join(root, 'here'))).toMatchObject({ status: 0 })
    expect(statSync(path.join(root, 'here')).ino).toBe(before)
    expect(readdirSync(path.join(root, 'here'))).toEqual(['train'])
    expect(filesOf(path.join(root, 'here'))).toEqual(expected)
    expect(await run('link', root)).toMatchObject({ status: 0 })
    expect(filesOf(path.join(root, 'there'))).toEqual(expected)
    expect(lstatSync(path.join(root, 'link')).isSymbolicLink()).toBe(true)
    expect(await run('astray', root)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/"astray" is a link that leads nowhere\. Give a new folder/),
    })
    expect(readdirSync(root).sort()).toEqual(['a.zip', 'astray', 'here', 'link', 'there'])
  })

  it('holds a file to a checksum before it reads it', async () => {
    const bytes = zip(entries())
    const root = writeTree({ 'a.zip': bytes })
    const run = (sha256: string) =>
      chiquitoHere([
        ...['collect', 'archive', path.join(root, 'a.zip'), '--out', path.join(root, 'out')],
        ...['--sha256', sha256],
      ])
    const right = createHash('sha256').update(bytes).digest('hex')
    expect(await run('0'.repeat(64))).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(`is not the file it should be: its SHA-256 is ${right}, expected 0000`),
    })
    expect(await run(right.slice(1))).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/sha256 must be the 64 hexadecimal digits of a SHA-256/),
    })
    expect(readdirSync(root)).toEqual(['a.zip'])
    expect(await run(right.toUpperCase())).toMatchObject({ status: 0 })
  })

  it('says what is wrong with its arguments', async () => {
    const root = writeTree({ 'a.zip': zip(entries()), 'full/x': 'x' })
    const at = (name: string) => path.join(root, name)
    const cases: [string[], number, RegExp][] = [
      [[at('none.zip'), '--out', at('out')], 1, /there is no such file/],
      [[root, '--out', at('out')], 2, /is a folder, not a file\. Give an archive, or its address/],
      [[at('a.zip'), '--out', at('full')], 2, /is not empty \(it holds "x"\)\. Give a new folder/],
      [[at('a.zip')], 2, /--out/],
      [['ftp://example.org/a.zip', '--out', at('out')], 2, /is no http or https address/],
    ]
    for (const [args, status, says] of cases)
      expect(await chiquitoHere(['collect', 'archive', ...args])).toMatchObject({
        status,
        stderr: expect.stringMatching(says),
      })
    expect(readdirSync(root).sort()).toEqual(['a.zip', 'full'])
  })
})

/** Compressed as two files that were joined, as some parallel compressors do. */
function halves(bytes: Buffer): Buffer {
  const middle = bytes.length >> 1
  return Buffer.concat([gzipSync(bytes.subarray(0, middle)), gzipSync(bytes.subarray(middle))])
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy: Buffer = Buffer.from(bytes)
  copy[at] ^= 0xff
  return copy
}
