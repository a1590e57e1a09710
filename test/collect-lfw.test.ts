// Strangers out of an archive made like Labeled Faces in the Wild.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { collectLfw } from '../src/collect/lfw/index.js'
import { tar, zip } from './support/archives.js'
import { chiquito, documentOf } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { drawing, drawings } from './support/photos.js'
import { serve } from './support/server.js'

interface Entry {
  readonly name: string
  readonly content: Buffer
}

/** Twelve people, some of them with several photos. */
let entries: Entry[]

beforeAll(async () => {
  process.env.no_proxy = '127.0.0.1'
  const numbers = Array.from({ length: 12 }, (_, i) =>
    Array.from({ length: 1 + (i % 3) }, (_, k) => [i, k + 1]),
  ).flat()
  entries = await Promise.all(
    numbers.map(async ([i, k]) => {
      const person = i === 4 ? 'Tony_Blair' : `Person_${i}`
      const content = await drawing('ball', 10 * i + k, { side: 32, format: 'jpeg' })
      return { name: `lfw/${person}/${person}_000${k}.jpg`, content }
    }),
  )
})

const lfw = (folder = 'lfw', list = entries) =>
  list.map(entry => ({ ...entry, name: entry.name.replace('lfw', folder) }))

/** Runs `collect lfw` on an archive, and gives what was told and the names of the photos. */
async function draw(archive: Buffer, ...options: string[]) {
  const root = temporaryFolder()
  const file = path.join(root, 'lfw.tgz')
  writeFileSync(file, archive)
  const out = path.join(root, 'photos', 'not')
  const told = await chiquitoHere(['collect', 'lfw', '--archive', file, '--out', out, '--json', ...options])
  const files = existsSync(out) ? readdirSync(out).sort() : []
  return { told, out, root, photos: files.filter(name => name !== 'metadata.jsonl'), files }
}

describe('collect lfw', () => {
  it('draws one photo each, flat, with what is known of it', async () => {
    const { told, out, photos, files } = await draw(gzipSync(tar(...lfw())), '--people', '5')
    expect(told.status, told.stderr).toBe(0)
    expect(documentOf(told)).toMatchObject({
      photos: 5,
      people: 12,
      excluded: 0,
      damaged: 0,
      archive: 'lfw.tgz',
    })
    expect(told.stderr.match(/No licence for them was found/g)).toHaveLength(1)
    expect(photos).toHaveLength(5)
    expect(files).toHaveLength(6)
    expect(new Set(photos.map(name => name.slice(0, -9))).size).toBe(5)
    const rows = readFileSync(path.join(out, 'metadata.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(rows.map(row => row.file_name)).toEqual(photos)
    for (const row of rows) {
      const bytes = readFileSync(path.join(out, row.file_name))
      const entry = entries.find(({ name }) => name.endsWith(row.file_name))
      expect(bytes.equals(entry?.content ?? Buffer.of())).toBe(true)
      expect(row).toMatchObject({
        label: 'not',
        source: 'lfw',
        source_url: `lfw.tgz#${entry?.name}`,
        // Nothing is known to be allowed; no null, which gives a column another type for other tools.
        license: '',
        creator: '',
        may_change: false,
        must_name: true,
        title: row.file_name.slice(0, -9).replaceAll('_', ' '),
        sha256: createHash('sha256').update(bytes).digest('hex'),
        phash: expect.stringMatching(/^[0-9a-f]{16}$/),
        fetched_at: expect.stringMatching(/^\d{4}-/),
      })
      expect(Object.values(row)).not.toContain(null)
      expect(row.width).toBeGreaterThanOrEqual(32)
    }
  })

  it('draws the same by the same seed, whatever the order and kind of the archive', async () => {
    const drawn = async (archive: Buffer, seed = '7') =>
      (await draw(archive, '--people', '4', '--seed', seed)).photos
    const first = await drawn(gzipSync(tar(...lfw())))
    expect(first).toHaveLength(4)
    expect(await drawn(tar(...lfw('lfw', entries.toReversed())))).toEqual(first)
    expect(
      await drawn(gzipSync(tar({ name: 'lfw_funneled/pairs.txt', content: 'x' }, ...lfw('lfw_funneled')))),
    ).toEqual(first)
    expect(await drawn(zip(lfw('lfw-deepfunneled/lfw-deepfunneled')))).toEqual(first)
    const others = await Promise.all(['1', '2', '3'].map(seed => drawn(gzipSync(tar(...lfw())), seed)))
    expect(others.some(other => other.join() !== first.join())).toBe(true)
  })

  it('gives photos that may be parted: they share an archive, and no page', async () => {
    const { out } = await draw(gzipSync(tar(...lfw())), '--people', '12')
    writeTree(await drawings('cat', 'wave', 12, { side: 32 }), path.dirname(out))
    const divided = path.join(temporaryFolder(), 'dataset')
    const told = await chiquitoHere(['split', path.dirname(out), '--out', divided, '--valid', '4', '--quick'])
    expect(told.status, told.stderr).toBe(0)
    expect(readdirSync(path.join(divided, 'valid', 'not'))).toHaveLength(4)
  })

  it('leaves out who is named, however it is written, and says who is not there', async () => {
    const options = [
      '--people',
      '12',
      '--exclude',
      'tony  blair',
      '--exclude',
      'Person_3',
      '--exclude',
      'Nobody Here',
    ]
    const { told, photos } = await draw(gzipSync(tar(...lfw())), ...options)
    expect(told.status).toBe(0)
    expect(documentOf(told)).toMatchObject({ photos: 10, people: 10, excluded: 2 })
    expect(photos.some(name => /Tony_Blair|Person_3_/.test(name))).toBe(false)
    expect(told.stderr).toContain('Nobody in the archive is called "Nobody Here"')
    expect(told.stderr).toContain('12 people were asked for; the archive has 10: 10 photos were taken.')
  })

  it('takes others in place of photos that cannot be read', async () => {
    const list = lfw().map((entry, i) =>
      i % 4 === 0 ? { ...entry, content: Buffer.from('no photo') } : entry,
    )
    const { told, photos } = await draw(gzipSync(tar(...list)), '--people', '6')
    expect(told.status).toBe(0)
    expect(photos).toHaveLength(6)
    expect(documentOf<{ damaged: number }>(told).damaged).toBeGreaterThan(0)
  })

  it.each<[string, () => Buffer, string[], number, RegExp]>([
    [
      'an archive of something else',
      () => tar({ name: 'cat/1.jpg', content: 'x' }),
      [],
      1,
      /is no archive of Labeled Faces in the Wild: no file in it is called/,
    ],
    [
      'an archive that climbs out',
      () => tar(...lfw(), { name: '../x', content: 'x' }),
      [],
      1,
      /entry "\.\.\/x" would be written outside/,
    ],
    ['a cut archive', () => gzipSync(tar(...lfw())).subarray(0, -100), [], 1, /damaged or no gzip archive/],
    ['a web page', () => Buffer.from('<html>'), [], 1, /is no archive that is read here/],
    [
      'that nobody is left',
      () => tar(entries[0]),
      ['--exclude', 'Person 0'],
      1,
      /Everybody in .* is excluded/,
    ],
    ['a wrong number', () => tar(...lfw()), ['--people', '0'], 2, /--people must be a whole number from 1/],
  ])('refuses %s, and leaves nothing', async (_, make, options, status, says) => {
    const { told, root } = await draw(make(), ...options)
    expect(told).toMatchObject({ status, stderr: expect.stringMatching(says) })
    expect(readdirSync(root).filter(name => name !== 'photos')).toEqual(['lfw.tgz'])
    expect(existsSync(path.join(root, 'photos')) ? readdirSync(path.join(root, 'photos')) : []).toEqual([])
  })

  it('asks the next mirror where one fails, and takes only what has the right checksum', async () => {
    const archive = gzipSync(tar(...lfw()))
    const sha256 = createHash('sha256').update(archive).digest('hex')
    const good = await serve((_request, response) => void response.end(archive))
    const empty = await serve((_request, response) => void response.writeHead(202).end())
    const other = await serve((_request, response) => void response.end(gzipSync(tar(...lfw().slice(1)))))
    const mirrors = [empty, other, good].map(({ address }) => ({ address, sha256 }))
    const notices: string[] = []
    const out = path.join(temporaryFolder(), 'not')
    const result = await collectLfw(out, {
      people: 3,
      mirrors,
      pauseMs: 1,
      progress: event => void (event.kind === 'notice' && notices.push(event.message)),
    })
    expect(result).toMatchObject({ photos: 3, archive: good.address })
    expect(notices.join('\n')).toMatch(
      /answered 202 instead of the file.*another mirror[\s\S]*is not the file it should be.*another mirror/,
    )
    await expect(
      collectLfw(path.join(temporaryFolder(), 'x'), { people: 3, mirrors: mirrors.slice(0, 2), pauseMs: 1 }),
    ).rejects.toThrow(/is not the file it should be/)
  })

  it('loads no package of other commands', async () => {
    const root = writeTree({
      'lfw.tar': tar(...lfw()),
      'telling.mjs': `import { writeSync } from 'node:fs'
        export function load(url, context, next) { writeSync(2, 'loads ' + url + '\\n'); return next(url, context) }`,
      'register.mjs': `import { register } from 'node:module'; register('./telling.mjs', import.meta.url)`,
    })
    const args = ['--archive', path.join(root, 'lfw.tar'), '--people', '1', '--out', path.join(root, 'not')]
    const env = { NODE_OPTIONS: `--import ${pathToFileURL(path.join(root, 'register.mjs'))}` }
    const told = await chiquito(['collect', 'lfw', ...args], { env })
    expect(told.status, told.stderr).toBe(0)
    const loaded = [...told.stderr.matchAll(/^loads .*\/node_modules\/([^/\n]+)/gm)].map(([, name]) => name)
    expect(loaded).toContain('sharp')
    for (const name of ['htmlparser2', 'hyparquet', 'undici', 'onnxruntime-web', 'zstddec'])
      expect(loaded).not.toContain(name)
  })

  const mini = path.join(import.meta.dirname, '../../shared/datasets/lfw-mini.tgz')
  it.skipIf(!existsSync(mini))(
    'reads real photos (skipped where ../shared/datasets/lfw-mini.tgz is absent)',
    async () => {
      const { told, photos } = await draw(readFileSync(mini), '--people', '40')
      expect(documentOf(told)).toMatchObject({ photos: 40, people: 270, damaged: 0 })
      expect(photos).toHaveLength(40)
    },
  )
})
