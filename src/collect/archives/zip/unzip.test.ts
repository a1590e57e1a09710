import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Zippable, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { smallDisk, temporaryFolder, writeTree } from '../../../../test/support/files.js'
import type { ProgressEvent } from '../../../core/index.js'
import { unzip } from './unzip.js'

const bytes = (text: string) => new TextEncoder().encode(text)

/** A folder with `a.zip` that holds the files, after `change` has been at the archive's bytes. */
function archive(files: Zippable, change: (zip: Buffer) => Buffer = zip => zip): string {
  return writeTree({ 'a.zip': change(Buffer.from(zipSync(files))) })
}

/** Replaces text by text of the same length everywhere in the archive: names that no writer would write. */
function rename(from: string, to: string): (zip: Buffer) => Buffer {
  return zip => Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1')
}

/** Sets fields of the first entry, in its own header and in the central directory. */
function patch(local: number, central: number, value: number, size: 2 | 4 = 2): (zip: Buffer) => Buffer {
  return zip => {
    for (const [signature, offset] of [
      ['PK\x03\x04', local],
      ['PK\x01\x02', central],
    ] as const)
      zip.writeUIntLE(value, zip.indexOf(signature, 0, 'latin1') + offset, size)
    return zip
  }
}

async function fail(root: string, options = {}): Promise<unknown> {
  const error = await unzip(join(root, 'a.zip'), join(root, 'out'), options).catch(
    (thrown: unknown) => thrown,
  )
  expect(readdirSync(root)).toEqual(['a.zip'])
  return error
}

describe('unzip', () => {
  it('unpacks files of any name, compressed or not, into a new folder', async () => {
    const files = {
      'dataset/train/chiquito/226. pic.asp': bytes('asp'),
      'dataset/train/not/ñandú %20@.jpg': bytes('x'.repeat(100_000)),
      'dataset/empty/': bytes(''),
      'stored.bin': [bytes('stored'), { level: 0 }] as [Uint8Array, { level: 0 }],
      'none.txt': bytes(''),
    }
    const root = archive(files)
    const events: ProgressEvent[] = []
    const done = await unzip(join(root, 'a.zip'), join(root, 'deep', 'out'), {
      progress: event => events.push(event),
    })
    expect(done).toEqual({ files: 4, bytes: 100_009 })
    expect(readdirSync(join(root, 'deep'))).toEqual(['out'])
    const out = join(root, 'deep', 'out')
    expect(readdirSync(join(out, 'dataset/train')).sort()).toEqual(['chiquito', 'not'])
    expect(readFileSync(join(out, 'dataset/train/not/ñandú %20@.jpg'), 'utf8')).toBe('x'.repeat(100_000))
    expect(readFileSync(join(out, 'stored.bin'), 'utf8')).toBe('stored')
    expect(readFileSync(join(out, 'none.txt'), 'utf8')).toBe('')
    expect(events.at(-2)).toMatchObject({ kind: 'advance', done: 4, total: 4 })
  })

  it('unpacks into an empty folder, but not into one in use', async () => {
    const root = archive({ a: bytes('1') })
    mkdirSync(join(root, 'out'))
    await unzip(join(root, 'a.zip'), join(root, 'out'))
    await expect(unzip(join(root, 'a.zip'), join(root, 'out'))).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('is not empty (it holds "a")'),
    })
  })

  const plain = { 'ab/cd': bytes('hello hello hello') }
  const unix = (mode: number) =>
    ({ link: [bytes('/etc/passwd'), { os: 3, attrs: (mode << 16) >>> 0 }] }) as Zippable
  const zeros = new Uint8Array(6_000_000)
  it.each<[string, () => string, RegExp]>([
    [
      'a path upwards',
      () => archive({ 'aa/x': bytes('1') }, rename('aa/x', '../x')),
      /entry "..\/x" would be written outside: it leads upwards/,
    ],
    [
      'an absolute path',
      () => archive({ 'aa/x': bytes('1') }, rename('aa/x', '/a/x')),
      /entry "\/a\/x" would be written outside: it is an absolute path/,
    ],
    ['a drive', () => archive({ 'aa/x': bytes('1') }, rename('aa/x', 'C:/x')), /it names a drive/],
    [
      'a backslash path upwards',
      () => archive({ 'aa/x': bytes('1') }, rename('aa/x', '..\\x')),
      /it leads upwards/,
    ],
    [
      'a NUL in a name',
      () => archive({ 'aa/x': bytes('1') }, rename('aa/x', 'aa\0x')),
      /zero byte in its name/,
    ],
    ['a symbolic link', () => archive(unix(0o120777)), /entry "link" is a symbolic link/],
    ['a device', () => archive(unix(0o020666)), /entry "link" is neither a file nor a folder/],
    [
      'a repeated name',
      () => archive({ aaa: bytes('1'), bbb: bytes('2') }, rename('bbb', 'aaa')),
      /two entries are called "aaa"/,
    ],
    [
      'a file that is a folder',
      () => archive({ aaa: bytes('1'), 'bbb/c': bytes('2') }, rename('bbb', 'aaa')),
      /"aaa" is both/,
    ],
    [
      'an endless path',
      () => archive({ [`${'d/'.repeat(40)}x`]: bytes('1') }),
      /is no path that anybody uses/,
    ],
    ['encryption', () => archive(plain, patch(6, 8, 1)), /is encrypted: unpack it yourself/],
    [
      'an unknown method',
      () => archive(plain, patch(8, 10, 93)),
      /is compressed by zstd \(93\), which is not read here/,
    ],
    ['a bomb', () => archive({ zeros }), /would grow \d+ times, as only a bomb does/],
    [
      'a wrong checksum',
      () => archive(plain, patch(14, 16, 0x12345678, 4)),
      /the checksum of "ab\/cd" is wrong/,
    ],
    [
      'more content than announced',
      () => archive(plain, patch(22, 24, 5, 4)),
      /too many bytes in the stream/,
    ],
    [
      'less content than announced',
      () => archive(plain, patch(22, 24, 500, 4)),
      /not enough bytes in the stream/,
    ],
    ['no files', () => archive({ 'a/': bytes('') }), /it holds no files/],
    ['a web page', () => writeTree({ 'a.zip': '<!DOCTYPE html>' }), /is damaged or no zip archive/],
    ['nothing in it', () => writeTree({ 'a.zip': '' }), /is damaged or no zip archive/],
  ])('refuses an archive with %s, and leaves nothing', async (_, make, message) => {
    expect(await fail(make())).toMatchObject({ code: 'data', message: expect.stringMatching(message) })
  })

  it('refuses a cut archive, wherever it is cut', async () => {
    const root = archive({ a: bytes('1'.repeat(50)), b: bytes('2') })
    const whole = readFileSync(join(root, 'a.zip'))
    for (let length = whole.length - 1; length > 0; length -= 13) {
      truncateSync(join(root, 'a.zip'), length)
      expect(await fail(root)).toMatchObject({ code: 'data' })
    }
  })

  it('never does anything but fail or unpack when bytes are damaged', async () => {
    const root = archive({ 'a/b': bytes('1'.repeat(50)), c: bytes('2') })
    const whole = readFileSync(join(root, 'a.zip'))
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole)
      damaged[at] ^= 0xff
      writeFileSync(join(root, 'a.zip'), damaged)
      const out = join(root, `out${at}`)
      await unzip(join(root, 'a.zip'), out).catch((error: unknown) =>
        expect(error).toMatchObject({ code: 'data' }),
      )
    }
  })

  it('reads names in UTF-8, said or not, and in the code page of old programs', async () => {
    const utf8 = archive({ 'aa.jpg': bytes('1') }, rename('aa', 'Ã±'))
    await unzip(join(utf8, 'a.zip'), join(utf8, 'out'))
    expect(readdirSync(join(utf8, 'out'))).toEqual(['ñ.jpg'])
    const old = archive({ 'aa.jpg': bytes('1') }, rename('aa', '\xa4a'))
    await unzip(join(old, 'a.zip'), join(old, 'out'))
    expect(readdirSync(join(old, 'out'))).toEqual(['ña.jpg'])
  })

  it('keeps to the limits given', async () => {
    const root = archive({ a: bytes('123'), b: bytes('456'), c: bytes('7') })
    expect(await fail(root, { maxEntries: 2 })).toMatchObject({
      message: expect.stringMatching(/3 entries or more; at most 2/),
    })
    expect(await fail(root, { maxBytes: 6 })).toMatchObject({
      message: expect.stringMatching(/over 6 bytes/),
    })
    await unzip(join(root, 'a.zip'), join(root, 'out'), { maxEntries: 3, maxBytes: 7 })
  })

  it('stops when asked, and leaves nothing', async () => {
    const root = archive(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`${i}`, bytes('x')])))
    const stop = new AbortController()
    const progress = (event: ProgressEvent) => event.kind === 'advance' && event.done === 10 && stop.abort()
    expect(await fail(root, { progress, signal: stop.signal })).toMatchObject({ code: 'interrupted' })
  })

  it('says that the archive is not there, and that the disk is full', async context => {
    const root = temporaryFolder()
    await expect(unzip(join(root, 'a.zip'), join(root, 'out'))).rejects.toMatchObject({ code: 'io' })
    const disk = smallDisk(64 * 1024)
    if (disk === undefined) return context.skip('mounting a small file system is not allowed here')
    const big = archive({ big: [Buffer.alloc(200_000, 'x'), { level: 9 }] })
    await expect(unzip(join(big, 'a.zip'), join(disk, 'out'))).rejects.toThrow(/the disk is full/)
    expect(readdirSync(disk)).toEqual([])
  })

  it.skipIf(!hasZip())('reads what the zip program writes (skipped where it is absent)', async () => {
    const root = writeTree({ 'dataset/train/a/1.jpg': 'one', 'dataset/train/ñ/2 2.jpg': 'two' })
    execFileSync('zip', ['-qr', 'a.zip', 'dataset'], { cwd: root })
    await unzip(join(root, 'a.zip'), join(root, 'out'))
    expect(readFileSync(join(root, 'out/dataset/train/ñ/2 2.jpg'), 'utf8')).toBe('two')
  })
})

function hasZip(): boolean {
  try {
    execFileSync('zip', ['-v'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
