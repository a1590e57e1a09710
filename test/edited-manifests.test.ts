// Manifests edited by hand, or of other photos: what split --check makes of them.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SplitResult } from '../src/actions/split.js'
import type { CheckSplitResult } from '../src/actions/split-check.js'
import { documentOf, suiteFolder } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { scenes } from './support/spots.js'

const suite = suiteFolder()
let data: string
let whole: string

beforeAll(async () => {
  data = path.join(suite, 'photos')
  writeTree({ ...(await scenes('cat', 10)), ...(await scenes('dog', 10, { from: 100 })) }, data)
  const out = path.join(suite, 'tables')
  const made = await chiquitoHere(['split', data, '--manifest', '--out', out, '--quick', '--no-record'])
  expect(made.status, made.stderr).toBe(0)
  whole = readFileSync(path.join(out, 'split.csv'), 'utf8')
})

async function check(manifest: string, ...words: string[]) {
  const file = path.join(temporaryFolder(), 'edited.csv')
  writeFileSync(file, manifest)
  return chiquitoHere(['split', data, '--check', '--out', file, '--quick', ...words])
}

describe('split says why a class has other numbers than were asked for', () => {
  const divide = (...words: string[]) => chiquitoHere(['split', data, '--manifest', '--quick', ...words])
  const table = () => path.join(temporaryFolder(), 'table')

  it('as one is left to learn from', async () => {
    const { stdout } = await divide('--out', table(), '--valid', '0.999', '--no-record')
    expect(stdout).toContain(
      '"cat" has 10 photos: 9, not 10, are measured on (valid), so that one is learnt from.',
    )
  })

  it('as old photos keep their part', async () => {
    const photos = path.join(temporaryFolder(), 'photos')
    cpSync(data, photos, { recursive: true })
    const again = async () => {
      const told = await chiquitoHere(['split', photos, '--manifest', '--quick', '--out', table(), '--json'])
      return documentOf<SplitResult>(told)
    }
    await again()
    const record = readFileSync(path.join(photos, 'split.json'), 'utf8')
    const train = [...record.matchAll(/"path":"(cat\/[^"]+)"[^}]*"part":"train"/g)].map(
      ([, place = '']) => place,
    )
    expect(train).toHaveLength(8)
    for (const place of train.slice(0, 6)) rmSync(path.join(photos, place))
    expect((await again()).remarks).toEqual([
      expect.stringContaining(
        'of "cat", not 1, are measured on (valid): photos that have their part already keep it.',
      ),
    ])
  })

  it('and that nothing is kept for later where another program has a split.json', async () => {
    const photos = path.join(temporaryFolder(), 'photos')
    cpSync(data, photos, { recursive: true })
    writeFileSync(path.join(photos, 'split.json'), '{"mine": true}')
    const told = await chiquitoHere(['split', photos, '--manifest', '--quick', '--out', table()])
    expect(told.stderr).toMatch(/split\.json" is not of this program\. .* is not kept beside them/)
    expect(readFileSync(path.join(photos, 'split.json'), 'utf8')).toBe('{"mine": true}')
  })

  it('and what a share may be', async () => {
    const told = await divide('--out', table(), '--valid', '20%')
    expect(told.stderr).toContain(
      '--valid must be a number of photos of each class (50), or a part of each (0.2), but is "20%"',
    )
  })
})

describe('split --check of a manifest', () => {
  it.each([
    ['is not there', 'cat/none.jpg'],
    ['leads out of the folder', '../photos/cat/a0x.jpg'],
    ['is absolute', '/etc/hostname'],
  ])('says that a photo %s, and which it does not name', async (_, to) => {
    const edited = whole.replace(/^cat\/[^,]+/m, to)
    const told = await check(edited)
    expect(told.status).toBe(0)
    expect(told.stdout).toMatch(/! 1 photo is not named in ".*edited\.csv": left out\./)
    expect(told.stdout).toMatch(/! 1 photo is named in ".*edited\.csv" and not there\./)
    const { notices } = documentOf<CheckSplitResult>(await check(edited, '--json'))
    expect(notices).toHaveLength(2)
    expect(documentOf<CheckSplitResult>(await check(whole, '--json')).notices).toEqual([])
  })

  it('says which photos hold something else than when it was written, and what counts', async () => {
    const photos = path.join(temporaryFolder(), 'photos')
    cpSync(data, photos, { recursive: true })
    const table = path.join(photos, 'split.csv')
    const words = ['split', photos, '--manifest', '--out', table, '--quick', '--no-record']
    expect((await chiquitoHere(words)).status).toBe(0)
    const judge = async () =>
      documentOf<CheckSplitResult>(
        await chiquitoHere(['split', photos, '--check', '--out', table, '--quick', '--json']),
      )
    expect((await judge()).notices).toEqual([])
    const named = (part: string) =>
      readFileSync(table, 'utf8').match(new RegExp(`^cat/.*(?=,cat,${part},)`, 'm'))
    const [held, learnt] = [named('valid')?.[0] ?? '', named('train')?.[0] ?? '']
    cpSync(path.join(photos, learnt), path.join(photos, held))
    // What it holds now counts: the pair that this makes leaks.
    expect(await judge()).toMatchObject({
      leaks: [{ train: learnt, held, kind: 'exact' }],
      notices: [
        `1 photo is no longer what "${table}" was written for, for example "${held}": it counts as what it holds now, in the part ` +
          'that it gives that name. Restore it, or divide anew.',
      ],
    })
    writeFileSync(path.join(photos, learnt), readFileSync(path.join(data, 'dog/a0x.jpg')))
    expect((await judge()).notices[0]).toMatch(
      /^2 photos are no longer what .* they count as what they hold now/,
    )
    // train reads the same table, and says the same.
    const run = path.join(temporaryFolder(), 'run')
    const told = await chiquitoHere(['train', photos, '--folds', table, '--out', run, '--fine-tune', 'never'])
    expect(told.status, told.stderr).toBe(0)
    expect(told.stderr).toMatch(/2 photos are no longer what ".*split\.csv" was written for/)
    // A table from elsewhere may have a column of that name that says something else.
    writeFileSync(table, readFileSync(table, 'utf8').replaceAll(/,[0-9a-f]{64}$/gm, ',md5:1'))
    expect((await judge()).notices).toEqual([])
  })

  it.each([
    [
      'gives all photos to one part',
      (text: string) => text.replaceAll(',valid,', ',train,'),
      '20 to train and 0 to',
    ],
    [
      'is of other photos',
      (text: string) => text.replaceAll(/^(cat|dog)\//gm, 'elsewhere/$1-'),
      '0 to train and 0 to',
    ],
    [
      'has no line but the first',
      (text: string) => text.slice(0, text.indexOf('\n') + 1),
      '0 to train and 0 to',
    ],
  ])('refuses one that %s', async (_, edit, counts) => {
    const told = await check(edit(whole))
    expect(told.status).toBe(1)
    expect(told.stderr).toContain('divides nothing')
    expect(told.stderr).toContain(counts)
    expect(told.stdout).not.toContain('No pair leaks')
  })
})

describe('train --folds', () => {
  it.each([
    ['measures nothing', (text: string) => text.replaceAll(',valid,', ',train,'), 'and 0 to valid'],
    [
      'teaches nothing',
      (text: string) => text.replaceAll(',train,', ',valid,'),
      'gives 0, of 0 classes, to train',
    ],
    [
      'teaches one class',
      (text: string) => text.replaceAll(/^dog\/.*\n/gm, ''),
      'gives 8, of 1 class, to train and 2 to valid',
    ],
    [
      'is of other photos',
      (text: string) => text.replaceAll(/^(cat|dog)\//gm, 'elsewhere/$1-'),
      'gives 0, of 0',
    ],
  ])('refuses a table that %s, and leaves no run', async (_, edit, why) => {
    const root = temporaryFolder()
    const file = path.join(root, 'edited.csv')
    writeFileSync(file, edit(whole))
    const told = await chiquitoHere(['train', data, '--folds', file, '--out', path.join(root, 'run')])
    expect(told.status).toBe(1)
    expect(told.stderr).toContain('nothing can be learnt and measured')
    expect(told.stderr).toContain(why)
    expect(existsSync(path.join(root, 'run', 'run.json'))).toBe(false)
  })
})
