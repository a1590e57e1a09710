// Names that a disk allows and a person never thought of: what doctor, undo and split make of them.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DoctorResult } from '../src/actions/doctor.js'
import type { SplitResult } from '../src/actions/split.js'
import type { UndoResult } from '../src/actions/undo.js'
import { documentOf } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { treeOf } from './support/kills/trees.js'
import { scenes } from './support/spots.js'

/** As long as a name may be, in letters of one byte and of three. */
const LONGEST = `${'x'.repeat(251)}.jpg`
const LONGEST_WIDE = `${'猫'.repeat(83)}aa.jpg`

const oddNames = [LONGEST, LONGEST_WIDE, 'a\nb.jpg', '-rf.jpg', '"q".jpg', '<img src=x>.jpg', '\u202Egpj.jpg']

/** Two classes; in each, photos of odd names, the longest with a copy, a wrong extension, and none. */
async function oddPhotos(): Promise<{ root: string; data: string }> {
  const root = temporaryFolder()
  const data = path.join(root, 'photos')
  const files: Record<string, Buffer> = {}
  for (const [label, from] of [
    ['cat', 0],
    ['dog', 100],
  ] as const) {
    const photos = Object.values(await scenes(label, 12, { from }))
    for (const [i, photo] of photos.slice(0, 10).entries())
      files[`${label}/${oddNames[i] ?? `${i}.jpg`}`] = photo
    files[`${label}/${'y'.repeat(251)}.jpg`] = photos[0]
    files[`${label}/${'z'.repeat(251)}.png`] = photos[11]
    files[`${label}/${'w'.repeat(255)}`] = photos[10]
  }
  writeTree(files, data)
  return { root, data }
}

const hashes = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => /\.(jpg|png)$|w$/.test(file))
    .map(file =>
      createHash('sha256')
        .update(readFileSync(path.join(folder, file)))
        .digest('hex'),
    )
    .sort()

async function run<Result>(...args: string[]): Promise<Result> {
  const result = await chiquitoHere([...args, '--json'])
  expect(result.status, result.stderr).toBe(0)
  return documentOf<Result>(result)
}

describe('names as long as the disk allows, with line breaks, quotes and signs', () => {
  it('are divided, every photo byte for byte', async () => {
    const { root, data } = await oddPhotos()
    const out = path.join(root, 'dataset')
    const divided = await run<SplitResult>('split', data, '--out', out, '--quick', '--no-record')
    expect(divided.left).toEqual([])
    expect(hashes(out)).toEqual(hashes(data))
  })

  it('two of them that come into one class are numbered within what the disk allows', async () => {
    const root = temporaryFolder()
    const data = path.join(root, 'photos')
    const photos = Object.values(await scenes('cat', 8))
    const places = ['a', 'b', 'c', 'd'].flatMap(folder => [
      `${folder}/${LONGEST}`,
      `${folder}/${LONGEST_WIDE}`,
    ])
    const table = places.map(place => `{"file_name":${JSON.stringify(place)},"label":"cat"}\n`).join('')
    writeTree(
      { ...Object.fromEntries(places.map((place, i) => [place, photos[i]])), 'metadata.jsonl': table },
      data,
    )
    const out = path.join(root, 'dataset')
    await run<SplitResult>('split', data, '--out', out, '--quick', '--labels-from', 'column:label')
    expect(hashes(out)).toEqual(hashes(data))
  })

  it('are set aside and renamed, and come back', async () => {
    const { data } = await oddPhotos()
    const before = treeOf(data)
    const { done } = await run<DoctorResult>('doctor', data, '--quick', '--fix')
    expect(done?.fix?.setAside.length).toBeGreaterThanOrEqual(2)
    expect(done?.fix?.left).toEqual([])
    await run<UndoResult>('undo', data)
    expect(treeOf(data)).toEqual(before)
  })
})

describe('a page', () => {
  it('never takes the place of a photo, nor of anything but a page', async () => {
    const { data } = await oddPhotos()
    const [name = ''] = readdirSync(path.join(data, 'cat'))
    const photo = path.join(data, 'cat', name)
    const before = readFileSync(photo)
    const refused = await chiquitoHere(['doctor', data, '--quick', '--report', photo])
    expect(refused.status).toBe(1)
    expect(refused.stderr).toMatch(/is there already and is no page, so it is not replaced/)
    expect(readFileSync(photo)).toEqual(before)
    mkdirSync(path.join(data, 'sub'))
    const folder = await chiquitoHere(['doctor', data, '--quick', '--report', path.join(data, 'sub')])
    expect(folder.stderr).toMatch(/it is a folder/)
    expect(folder.stderr).not.toMatch(/Looking/)
    const page = path.join(temporaryFolder(), 'page.html')
    writeFileSync(page, '')
    for (let i = 0; i < 2; i++)
      expect((await chiquitoHere(['doctor', data, '--quick', '--report', page])).status).toBe(0)
    expect(existsSync(page)).toBe(true)
  })

  it('of find-rate neither', async () => {
    const { data } = await oddPhotos()
    const photo = path.join(data, 'cat', LONGEST)
    const refused = await chiquitoHere(['find-rate', data, '--plot', photo])
    expect(refused.status).toBe(1)
    expect(refused.stderr).toMatch(/is no drawing, so it is not replaced/)
  })
})
