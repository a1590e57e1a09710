// chiquito split: parts that share nothing, and stable; what becomes of names and of what is known of photos.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CheckSplitResult } from '../src/actions/split-check.js'
import type { SplitFoldsResult } from '../src/actions/split-folds.js'
import { openDataset } from '../src/dataset/index.js'
import { documentOf } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { fourCopies, parts, sixtyPhotos, split, told, tree } from './support/split.js'
import { clip, scenes } from './support/spots.js'

let photos: Record<string, Buffer>
let copies: Record<string, Buffer>

beforeAll(async () => {
  photos = await sixtyPhotos()
  copies = await fourCopies(photos)
})

const countIn = (out: string, folder: string) => readdirSync(path.join(out, folder)).length

describe('split', () => {
  it('divides by count and by part, byte for byte, and the data set opens', async () => {
    const { data, out } = tree(photos)
    const byCount = await split(data, '--out', out, '--valid', '8')
    expect(byCount.photos).toEqual({ train: 44, valid: 16, test: 0 })
    expect(byCount.classes).toEqual([
      { label: 'cat', train: 22, valid: 8, test: 0 },
      { label: 'dog', train: 22, valid: 8, test: 0 },
    ])
    for (const [file, part] of parts(out))
      expect(readFileSync(path.join(out, part, file))).toEqual(photos[file])
    expect(parts(out).size).toBe(60)
    const byPart = await split(data, '--out', `${out}-2`, '--valid', '0.2', '--test', '0.1', '--seed', '3')
    expect(byPart.photos).toEqual({ train: 42, valid: 12, test: 6 })
    const opened = await openDataset(`${out}-2`)
    expect(opened.labels).toEqual(['cat', 'dog'])
    expect(opened.split).toEqual({ by: 'folders' })
    expect(opened.notices).toEqual([])
    expect(opened.photos.filter(photo => photo.split === 'test')).toHaveLength(6)
  })

  it('keeps copies, pages, people, clips and groups of a person on one side', async () => {
    const page = Object.keys(photos)
      .filter(file => file.startsWith('dog/'))
      .slice(0, 5)
    const people = await scenes('cat', 8, {
      from: 300,
      name: i => `${i < 4 ? 'Ann_Lee' : 'Bob_van_Ray'}_000${(i % 4) + 1}.jpg`,
    })
    const all = { ...photos, ...copies, ...people, ...(await clip('dog', 400, 5)) }
    const rows = Object.keys(all).map(file => ({
      file_name: file,
      label: file.split('/')[0],
      page_url: page.includes(file) ? 'https://example.org/p' : '',
      patient: page.includes(file) || file === 'cat/b1x.jpg' ? 'x7' : null,
    }))
    const { data, out } = tree({ ...all, 'metadata.jsonl': rows.map(row => JSON.stringify(row)).join('\n') })
    for (const seed of ['0', '1', '2']) {
      const { groups } = await split(data, '--out', `${out}-${seed}`, '--seed', seed, '--valid', '0.4')
      const kinds = Object.fromEntries(
        groups.map(group => [group.photos[0], [group.kinds.join(), group.photos.length]]),
      )
      expect(kinds).toMatchObject({
        'cat/a0x.jpg': ['exact', 2],
        'cat/Ann_Lee_0001.jpg': ['person', 4],
        'dog/clip_0001.jpg': [expect.stringContaining('video'), 5],
        'dog/a0x.jpg': ['page', 5],
      })
      expect(groups).toHaveLength(8)
      const where = parts(`${out}-${seed}`)
      for (const group of groups)
        expect(new Set(group.photos.map(file => where.get(file))), group.photos[0]).toHaveLength(1)
      const check = await told(`${out}-${seed}`, '--check', '--json')
      expect([check.status, documentOf<CheckSplitResult>(check).leaks]).toEqual([0, []])
    }
    const apart = await split(
      data,
      '--out',
      `${out}-apart`,
      '--not-by',
      'copies,page,person,video',
      '--group-by',
      'column:patient',
    )
    expect(apart.groups.find(group => group.photos.includes('dog/a0x.jpg'))).toMatchObject({
      kinds: ['group'],
      photos: { length: 6 },
    })
  })

  it('keeps a burst on one side by the time and the looks of its photos, not by either alone', async () => {
    const taken = async (number: number, time: string, frame = 0) =>
      sharp((await clip('any', number, frame + 1))[`any/clip_${String(frame + 1).padStart(4, '0')}.jpg`])
        .withExif({ IFD2: { DateTimeOriginal: time } })
        .jpeg()
        .toBuffer()
    // Names without numbers in a row, as of several cameras: only EXIF says what belongs together.
    const names = ['sea', 'hill', 'wood', 'lake', 'moor', 'cape']
    const burst: Record<string, Buffer> = {}
    const alone: Record<string, Buffer> = {}
    for (const [i, name] of names.entries()) {
      burst[`dog/${name}.jpg`] = await taken(700, `2024:05:01 10:00:0${i}`, 2 * i)
      // At the same second, and unlike; and alike, on other days.
      alone[`cat/${name}.jpg`] = await taken(710 + i, '2024:05:01 10:00:00')
      alone[`cat/${name} again.jpg`] = await taken(720, `2024:05:0${i + 1} 10:00:00`, 3 * i)
    }
    const { data, out } = tree({ ...photos, ...burst, ...alone })
    const members = names.map(name => `dog/${name}.jpg`).sort()
    for (const seed of ['0', '1', '2']) {
      const { groups } = await split(
        data,
        ...['--out', `${out}-${seed}`, '--seed', seed, '--valid', '0.4', '--not-by', 'copies'],
      )
      expect(groups).toEqual([expect.objectContaining({ photos: members, kinds: ['burst'] })])
      expect(new Set(members.map(name => parts(`${out}-${seed}`).get(name))).size).toBe(1)
    }
    const apart = await split(
      data,
      ...['--out', `${out}-apart`, '--valid', '0.4', '--not-by', 'copies,burst'],
    )
    expect(apart.groups).toEqual([])
  })

  it('takes a pattern for names and for folders', async () => {
    const { data, out } = tree({
      ...(await scenes('ill', 12, { name: i => `p${i >> 2}_${i}.jpg` })),
      ...(await scenes('well/anna', 6, { from: 50 })),
      ...(await scenes('well/bert', 6, { from: 60 })),
    })
    const { groups } = await split(
      data,
      '--out',
      out,
      '--group-by',
      '^(p[0-9]+)_',
      '--group-by',
      '/([^/]+)/[^/]+$',
    )
    expect(groups.map(({ photos: all }) => all.length).sort()).toEqual([4, 4, 4, 6, 6])
    for (const [pattern, message] of [
      ['p[0-9]+', /--group-by.* must be .*group in parentheses/],
      ['(p', /--group-by.* must be/],
      ['^(nobody)_', /matches the name of no photo/],
      ['column:patient', /No table beside the photos says "patient"/],
    ] as const) {
      const wrong = await told(data, '--out', `${out}-2`, '--group-by', pattern)
      expect(wrong.status).toBeGreaterThan(0)
      expect(wrong.stderr).toMatch(message)
    }
  })

  it('does not take the name of a class for that of a person', async () => {
    const { data, out } = tree({
      ...(await scenes('Golden_Retriever', 10, { name: i => `Golden_Retriever_${1000 + i}.jpg` })),
      ...(await scenes('Border_Collie', 10, { from: 20, name: i => `Border_Collie_${1000 + i}.jpg` })),
    })
    expect(await split(data, '--out', out)).toMatchObject({ photos: { train: 16, valid: 4 }, groups: [] })
  })

  it('gives the same for the same seed, in whatever order photos come', async () => {
    const { data, out } = tree(photos)
    await split(data, '--out', out)
    rmSync(path.join(data, 'split.json'))
    const turned = tree(Object.fromEntries(Object.entries(photos).reverse()))
    await split(turned.data, '--out', turned.out)
    expect(parts(turned.out)).toEqual(parts(out))
    await split(turned.data, '--out', `${turned.out}-2`, '--seed', '1')
    expect(parts(`${turned.out}-2`)).not.toEqual(parts(out))
  })

  it('leaves old photos where they are when others come, into a new data set or the old one', async () => {
    const { data, out } = tree(photos)
    await split(data, '--out', out, '--valid', '8')
    const before = parts(out)
    const valid = [...before].filter(([, part]) => part === 'valid').map(([file]) => file)
    const train = [...before].filter(([, part]) => part === 'train').map(([file]) => file)
    writeTree(
      {
        ...(await scenes('cat', 20, { from: 500, name: i => `new${i}y.jpg` })),
        ...(await scenes('dog', 9, { from: 600, name: i => `new${i}y.jpg` })),
      },
      data,
    )
    // A copy of one that is measured on, and one that ties both sides together by its page.
    writeFileSync(
      path.join(data, 'cat/again.jpg'),
      await sharp(photos[valid[0]]).jpeg({ quality: 40 }).toBuffer(),
    )
    const row = (file: string) => JSON.stringify({ file_name: file, page_url: 'https://example.org/both' })
    writeFileSync(
      path.join(data, 'metadata.jsonl'),
      [valid[1], train[0], 'cat/new0y.jpg'].map(row).join('\n'),
    )
    const again = await split(data, '--out', `${out}-2`, '--valid', '8')
    for (const where of [parts(`${out}-2`)]) {
      for (const [file, part] of before) expect(where.get(file), file).toBe(part)
      expect(where.get('cat/again.jpg')).toBe('valid')
      expect(where.has('cat/new0y.jpg')).toBe(false)
    }
    expect(again.left).toEqual([{ path: 'cat/new0y.jpg', reason: 'belongs to photos in more than one part' }])
    expect(again.remarks.join(' ')).toMatch(/1 new photo left out, for example "cat\/new0y.jpg"/)

    const refused = await told(data, '--out', out)
    expect(refused.status).toBe(2)
    expect(refused.stderr).toMatch(/is there already, and nothing in it is replaced.*--add/s)
    writeFileSync(path.join(out, 'train/my notes.txt'), 'mine')
    rmSync(path.join(out, 'train', train[0]))
    const added = await split(data, '--out', out, '--add')
    const after = parts(out)
    for (const [file, part] of before) if (file !== train[0]) expect(after.get(file), file).toBe(part)
    expect(after.has(train[0])).toBe(false)
    expect([after.get('cat/again.jpg'), existsSync(path.join(out, 'train/my notes.txt'))]).toEqual([
      'valid',
      true,
    ])
    expect(added.added).toBe(30)
    expect((await split(data, '--out', out, '--add')).added).toBe(0)
    expect((await openDataset(out)).photos).toHaveLength(60 - 1 + 30)
  })

  it('removes what a killed run left of records and tables, and nothing else that is hidden', async () => {
    const { data, out } = tree(photos)
    writeTree({ 'metadata.jsonl': '{"file_name": "cat/a01.jpg", "label": "cat", "creator": "me"}\n' }, data)
    await split(data, '--out', out)
    const left = ['.split.json.0123456789ab.tmp', 'train/.metadata.jsonl.0123456789ab.tmp']
    writeTree(Object.fromEntries([...left, '.mine.tmp'].map(name => [name, '{'])), out)
    writeTree({ [left[0]]: '{' }, data)
    await split(data, '--out', out, '--add')
    expect(readdirSync(out).filter(name => name.startsWith('.'))).toEqual(['.mine.tmp'])
    expect(readdirSync(path.join(out, 'train')).filter(name => name.startsWith('.'))).toEqual([])
    expect(readdirSync(data).filter(name => name.startsWith('.'))).toEqual([])
  })

  it('draws anew where other photos are to stay together, and adds by the same rules', async () => {
    const { data, out } = tree({
      ...photos,
      ...(await scenes('dog', 12, { from: 950, name: i => `p${i % 3}_${i}.jpg` })),
    })
    await split(data, '--out', out, '--valid', '0.4')
    const { groups } = await split(data, '--out', `${out}-2`, '--valid', '0.4', '--group-by', '^(p[0-9])_')
    expect(groups.map(({ photos: all }) => all.length)).toEqual([4, 4, 4])
    const sides = (where: string) =>
      ['p0', 'p1', 'p2'].map(
        one => new Set([...parts(where)].filter(([file]) => file.includes(one)).map(([, part]) => part)).size,
      )
    expect(sides(`${out}-2`)).toEqual([1, 1, 1])
    writeTree(await scenes('dog', 3, { from: 970, name: i => `p${i}_new.jpg` }), data)
    await split(data, '--out', `${out}-2`, '--add')
    expect(sides(`${out}-2`)).toEqual([1, 1, 1])
    // Added to by rules that it was not made by, old photos stay, and that is said.
    const late = await split(data, '--out', out, '--add', '--group-by', '^(p[0-9])_')
    expect(late.remarks.join(' ')).toMatch(
      /groups? of photos that belong together lies? in more than one part, as old photos stay/,
    )
  })

  it('keeps nothing in a folder that is not to be written in', async () => {
    const { data, out } = tree(photos)
    chmodSync(data, 0o555)
    expect((await split(data, '--out', out)).record).toBeNull()
    chmodSync(data, 0o755)
    expect((await split(data, '--out', `${out}-2`, '--no-record')).record).toBeNull()
    expect(readdirSync(data).sort()).toEqual(['cat', 'dog'])
    expect((await split(data, '--out', `${out}-3`)).record).toBe(path.join(data, 'split.json'))
  })

  it('solves collisions of names and of classes that no folder can be called', async () => {
    const some = await scenes('x', 12)
    const [a, b, c, d, e, f] = Object.values(some)
    const { data, out } = tree({
      'cat/one/1.jpg': a,
      'cat/two/1.jpg': b,
      'cat/three/1.JPG': c,
      'dog/1.jpg': d,
      'dog/2.jpg': e,
      'dog/3.jpg': f,
    })
    await split(data, '--out', out, '--valid', '1')
    const names = [
      ...parts(out).keys(),
      ...readdirSync(path.join(out, 'train/cat')),
      ...readdirSync(path.join(out, 'valid/cat')),
    ]
    expect(new Set(names.filter(name => /1(-\d)?\.jpg$/i.test(name))).size).toBeGreaterThan(3)
    expect(countIn(out, 'train/cat') + countIn(out, 'valid/cat')).toBe(3)
    const listed = tree({
      ...Object.fromEntries(Object.values(some).map((photo, i) => [`${i}.jpg`, photo])),
      'metadata.jsonl': Array.from({ length: 12 }, (_, i) =>
        JSON.stringify({ file_name: `${i}.jpg`, label: i % 2 ? 'a/b' : 'a:b' }),
      ).join('\n'),
    })
    await split(listed.data, '--out', listed.out)
    const opened = await openDataset(listed.out)
    expect(opened.labels).toEqual(['a/b', 'a:b'])
    expect(opened.photos).toHaveLength(12)
  })

  it('carries what is known of photos, and takes none of it apart', async () => {
    const row = (file: string, more: object) =>
      JSON.stringify({ file_name: file, label: file.split('/')[0], ...more })
    const { data, out } = tree({
      ...photos,
      'metadata.jsonl': Object.keys(photos)
        .map((file, i) =>
          row(file, { license: 'by 4.0', creator: `c${i}`, source: 'x', nested: { deep: [1] } }),
        )
        .join('\n'),
    })
    await split(data, '--out', out)
    const lines = ['train', 'valid'].flatMap(part =>
      readFileSync(path.join(out, part, 'metadata.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map(line => ({ part, ...JSON.parse(line) })),
    )
    expect(lines).toHaveLength(60)
    for (const { part, file_name, nested } of lines) {
      expect(existsSync(path.join(out, part, file_name))).toBe(true)
      expect(nested).toEqual({ deep: [1] })
    }
    expect((await openDataset(out)).photos).toHaveLength(60)
  })

  it('makes hard links, or a table only, that train reads', async () => {
    const { data, out } = tree(photos)
    await split(data, '--out', out, '--links')
    const [[file, part]] = parts(out)
    expect(statSync(path.join(out, part, file)).ino).toBe(statSync(path.join(data, file)).ino)
    const { manifest } = await split(data, '--out', `${out}-table`, '--manifest')
    expect(readFileSync(manifest ?? '', 'utf8').split('\n')).toHaveLength(62)
    const again = await told(data, '--out', `${out}-table`, '--manifest')
    expect([again.status, again.stderr]).toEqual([2, expect.stringMatching(/split\.csv" is there already/)])
    await split(data, '--out', path.join(data, 'parts.csv'), '--manifest')
    const opened = await openDataset(data)
    expect(opened.notices).toContain('Tables divide the photos: "parts.csv".')
  })

  it('deals folds', async () => {
    const { data, out } = tree({ ...photos, ...copies })
    const result = await told(data, '--out', out, '--folds', '5', '--test', '4', '--json')
    expect(result.status, result.stderr).toBe(0)
    const { folds } = documentOf<SplitFoldsResult>(result)
    expect(folds.map(({ train, valid, test }) => train + valid + test)).toEqual(folds.map(() => 64))
    expect(folds.map(({ test }) => test)).toEqual([8, 8, 8, 8, 8])
    expect(folds.reduce((sum, { valid }) => sum + valid, 0)).toBe(56)
    const check = await told(data, '--check', '--out', out, '--json')
    expect(documentOf<CheckSplitResult>(check)).toMatchObject({ leaks: [], divisions: { length: 5 } })
  })
})
