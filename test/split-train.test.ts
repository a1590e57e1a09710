// What split keeps together, train keeps together; and train --folds measures every photo once.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TrainResult } from '../src/actions/train.js'
import type { TrainFoldsResult } from '../src/actions/train-folds.js'
import { openDataset } from '../src/dataset/index.js'
import { ImageData } from '../src/index.js'
import { findLikeness } from '../src/splitting/index.js'
import { documentOf, suiteFolder } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { drawings } from './support/photos.js'
import { clip, scenes } from './support/spots.js'

const folder = suiteFolder()
const data = path.join(folder, 'photos')
const folds = path.join(folder, 'folds')

beforeAll(async () => {
  writeTree({ ...(await drawings('ball', 'ball', 12)), ...(await drawings('wave', 'wave', 12)) }, data)
})

async function run<T>(...args: string[]): Promise<T> {
  const told = await chiquitoHere([...args, '--json'])
  expect(told.status, told.stderr).toBe(0)
  return documentOf<T>(told)
}

const train = (...args: string[]) => ['train', data, ...args, '--fine-tune', 'never']

describe('train --folds', () => {
  it('measures every photo once, and keeps folds that are finished', async () => {
    await run('split', data, '--out', folds, '--folds', '3', '--quick', '--not-by', 'copies,video,burst')
    const out = path.join(folder, 'cv')
    const result = await run<TrainFoldsResult>(...train('--folds', folds, '--out', out))
    expect(result).toMatchObject({ count: 24, labels: ['ball', 'wave'], folds: { length: 3 } })
    expect(result.accuracy).toBeGreaterThan(0.8)
    expect(result.confusion.flat().reduce((a, b) => a + b)).toBe(24)
    expect(result.folds.map(({ photos }) => photos)).toEqual(
      result.folds.map(() => ({ train: 16, valid: 8, test: 0 })),
    )
    const page = readFileSync(path.join(out, 'report.html'), 'utf8')
    expect(page).toContain('href="fold-3/report.html"')
    expect(JSON.parse(readFileSync(path.join(out, 'metrics.json'), 'utf8'))).toMatchObject({ count: 24 })
    const again = await chiquitoHere(train('--folds', folds, '--out', out))
    expect([again.status, again.stderr]).toEqual([2, expect.stringMatching(/--overwrite/)])
    const resumed = await run<TrainFoldsResult>(...train('--folds', folds, '--out', out, '--resume'))
    expect(resumed.folds).toEqual(result.folds)
  })

  it('says what gives the classes away before anybody believes the folds', async () => {
    const root = writeTree(
      {
        ...(await drawings('ball', 'ball', 14)),
        ...(await drawings('wave', 'wave', 14, { format: 'webp' })),
      },
      path.join(folder, 'two formats'),
    )
    const tables = path.join(folder, 'tables of two formats')
    const out = path.join(folder, 'run of two formats')
    const divided = await chiquitoHere(['split', root, '--out', tables, '--folds', '2', '--quick'])
    expect(divided.stdout).toContain(
      `"chiquito train '${root}' --folds '${tables}' --out RUN" measures every photo once.`,
    )
    const asked = ['train', root, '--folds', tables, '--out', out, '--fine-tune', 'never', '--quiet']
    const told = await chiquitoHere(asked)
    expect([told.status, told.stderr]).toEqual([0, ''])
    expect(told.stdout).toMatch(/^! .*alone tells the classes apart \(AUC 1\.00\).*file format/m)
    const page = readFileSync(path.join(out, 'report.html'), 'utf8')
    expect(page).toMatch(/Before you trust it.*alone tells the classes apart \(AUC 1\.00\)/s)
  })

  it('says of which photos and classes no fold measures any, and refuses folds that would be empty', async () => {
    const [same] = Object.values(await drawings('', 'wave', 1))
    const copies = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`wave/${i}.png`, same]))
    const root = writeTree({ ...(await scenes('ball', 6)), ...copies })
    const tables = path.join(root, 'tables')
    const divided = await chiquitoHere(['split', root, '--out', tables, '--folds', '2', '--quick'])
    expect(divided.stdout).toMatch(/measures 6 of the 11 photos once/)
    const { warnings, count, report } = await run<TrainFoldsResult>(
      ...['train', root, '--folds', tables, '--out', path.join(root, 'run'), '--fine-tune', 'never'],
      ...['--size', '64'],
    )
    expect(count).toBe(6)
    expect(warnings[0]).toMatch(/^5 photos were measured in no fold: .* How well "wave" can be told was not/)
    expect(readFileSync(report, 'utf8')).toMatch(/Before you trust it.*5 photos were measured in no fold/s)
    const empty = await chiquitoHere(['split', root, '--out', `${tables}-7`, '--folds', '7', '--quick'])
    expect([empty.status, empty.stderr]).toEqual([2, expect.stringMatching(/folds must be .* from 2 to 6/)])
    const one = writeTree({ 'ball/1.png': same, ...copies })
    const none = await chiquitoHere(['split', one, '--out', path.join(one, 't'), '--folds', '2', '--quick'])
    expect([none.status, none.stderr]).toEqual([
      1,
      expect.stringMatching(/In every class .* belong together/),
    ])
  })

  it('says how photos are divided where it is given a number', async () => {
    const { stderr } = await chiquitoHere(train('--folds', '3', '--out', path.join(folder, 'numbered')))
    expect(stderr).toContain('--folds must name the tables of "chiquito split --folds", but is "3".')
    expect(stderr).toMatch(/chiquito evaluate '?.+'? --folds 3 --out FOLDER/)
  })

  it('takes one table, of split or of anybody', async () => {
    const out = path.join(folder, 'one')
    const { photos, notices } = await run<TrainResult>(
      ...train('--folds', path.join(folds, 'fold-2.csv'), '--out', out, '--valid-fraction', '0.3'),
    )
    expect(photos).toEqual({ train: 16, valid: 8, test: 0 })
    expect(notices).toContain(
      '--valid-fraction changes nothing: the data set says itself which photos are measured on.',
    )
    expect(readFileSync(path.join(out, 'report.html'), 'utf8')).toContain('as fold-2.csv says')
    const measured = await run<{ evaluation: { count: number } }>('evaluate', out)
    expect(measured.evaluation.count).toBe(8)
  })

  it.each([
    ['no table', 'none.csv', /none\.csv/],
    ['an empty folder', 'empty', /There is no manifest in .* Expected fold-1\.csv/],
    ['no manifest', 'other.csv', /other\.csv" is no manifest of a division: it has no column "split"/],
    ['an odd part', 'odd.csv', /odd\.csv line 3: split is "maybe"\. Expected a photo and its part/],
    ['a photo twice', 'twice.csv', /twice\.csv line 3: "ball\/1\.png" is in twice\.csv line 2, too/],
  ])('refuses %s', async (_, name, message) => {
    const root = writeTree({
      'empty/x.txt': '',
      'other.csv': 'file_name,label\nball/1.png,ball\n',
      'odd.csv': 'file_name,split\nball/1.png,train\nball/2.png,maybe\n',
      'twice.csv': 'file_name,split\nball/1.png,train\nball/1.png,valid\n',
    })
    const told = await chiquitoHere(train('--folds', path.join(root, name), '--out', path.join(root, 'run')))
    expect([told.status, told.stderr]).toEqual([1, expect.stringMatching(message)])
    expect(existsSync(path.join(root, 'run'))).toBe(false)
  })
})

describe('train on a folder that nothing divides', () => {
  it('keeps near copies, people, pages and clips on one side, the same for the same seed', async () => {
    const some = { ...(await scenes('cat', 30)), ...(await scenes('dog', 30, { from: 100 })) }
    const copies = await Promise.all(
      Object.entries(some)
        .slice(0, 8)
        .map(
          async ([file, photo], i) =>
            [
              file.replace('.jpg', '-copy.jpg'),
              await sharp(photo)
                .rotate(90 * (i % 4))
                .jpeg({ quality: 50 })
                .toBuffer(),
            ] as const,
        ),
    )
    const root = writeTree(
      {
        ...some,
        ...Object.fromEntries(copies),
        ...(await clip('dog', 300, 6)),
        ...(await scenes('dog', 6, {
          from: 400,
          name: i => `${i < 3 ? 'Ann_Lee' : 'Bob_Ray'}_000${i + 1}.jpg`,
        })),
      },
      temporaryFolder(),
    )
    for (const seed of [0, 1, 2, 3]) {
      const { photos, split } = await openDataset(root, { seed, likeness: findLikeness })
      const part = new Map(photos.map(photo => [photo.path, photo.split]))
      for (const [file] of copies) expect(part.get(file), file).toBe(part.get(file.replace('-copy', '')))
      for (const group of [/clip_/, /Ann_Lee/, /Bob_Ray/])
        expect(new Set([...part].filter(([file]) => group.test(file)).map(([, one]) => one))).toHaveLength(1)
      expect(await openDataset(root, { seed, likeness: findLikeness })).toMatchObject({ split })
    }
  })

  it('does so from the command line', async () => {
    const out = path.join(folder, 'drawn')
    await run<TrainResult>(...train('--out', out))
    const { photos } = JSON.parse(readFileSync(path.join(out, 'split.json'), 'utf8'))
    const tables = await run<{ leaks: unknown[] }>(
      'split',
      data,
      '--check',
      '--out',
      await asTable(photos),
      '--quick',
      '--not-by',
      'video,burst',
    )
    expect(tables.leaks).toEqual([])
  })

  it('does so in the library, too: the same photos in the same parts', async () => {
    const some = { ...(await scenes('cat', 24)), ...(await scenes('dog', 24, { from: 100 })) }
    const copies: Record<string, Buffer> = {}
    for (const [i, [file, photo]] of Object.entries(some).entries())
      if (i % 3 === 0)
        copies[file.replace('.jpg', '-copy.jpg')] = await sharp(photo).flop().jpeg({ quality: 60 }).toBuffer()
    const root = writeTree({ ...some, ...copies })
    const out = path.join(folder, 'planted')
    await run('train', root, '--out', out, '--seed', '7', '--fine-tune', 'never')
    const { photos }: { photos: { path: string; split: string }[] } = JSON.parse(
      readFileSync(path.join(out, 'split.json'), 'utf8'),
    )
    const partsOf = (all: readonly { path: string; split: string }[]) =>
      new Map(all.map(photo => [photo.path, photo.split]))
    const parts = partsOf(photos)
    for (const cache of [true, false]) {
      const data = await ImageData.fromFolder(root, { seed: 7, cache })
      expect(data).toBeInstanceOf(ImageData)
      expect(partsOf(data.dataset.photos)).toEqual(parts)
    }
    for (const file of Object.keys(copies)) expect(parts.get(file)).toBe(parts.get(file.replace('-copy', '')))
    expect(new Set(parts.values())).toEqual(new Set(['train', 'valid']))
    // Without looking, some pairs lie on both sides: what is tested here would not come by itself.
    const blind = partsOf((await openDataset(root, { seed: 7 })).photos)
    const isParted = (file: string) => blind.get(file) !== blind.get(file.replace('-copy', ''))
    expect(Object.keys(copies).some(isParted)).toBe(true)
  })
})

async function asTable(photos: { path: string; split: string }[]): Promise<string> {
  const rows = photos.map(({ path: file, split }) => `${file},${split}\n`)
  return path.join(writeTree({ 'split.csv': `file_name,split\n${rows.join('')}` }), 'split.csv')
}
