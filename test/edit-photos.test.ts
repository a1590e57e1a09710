// What a person decides of photos by looking at them, and the way back and forth again, through the public library.
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { editPhotos } from '../src/actions/edit-photos.js'
import { photosByLikeness, photosInFolder } from '../src/actions/list-photos.js'
import { redo } from '../src/actions/redo.js'
import { undo } from '../src/actions/undo.js'
import { pause } from '../src/core/index.js'
import { listPhotos } from '../src/dataset/index.js'
import { gatherFacts } from '../src/doctor/index.js'
import { inspectPhoto } from '../src/images/index.js'
import { chiquito } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'

/** What is where: the class of each photo, known by its content; undefined for one that is set aside. */
type State = Readonly<Record<string, string | undefined>>

/** Data sets of twelve photos `photo 0` to `photo 11`, the even ones of class cat. */
const classOf = (i: number) => (i % 2 === 0 ? 'cat' : 'dog')
const numbers = Array.from({ length: 12 }, (_, i) => i)
const layouts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  folders: Object.fromEntries(
    numbers.map(i => [`${i < 8 ? 'train' : 'valid'}/${classOf(i)}/${i % 4}.jpg`, `photo ${i}`]),
  ),
  'folders divided in themselves': Object.fromEntries(
    numbers.map(i => [`${classOf(i)}/${i < 8 ? 'train' : 'valid'}/${i % 4}-${i}.jpg`, `photo ${i}`]),
  ),
  'a table that says what folders say': {
    ...Object.fromEntries(numbers.map(i => [`${classOf(i)}/${i}.jpg`, `photo ${i}`])),
    'metadata.jsonl': numbers
      .map(i => `{"file_name":"${classOf(i)}/${i}.jpg","label":"${classOf(i)}","by":"Ann, \\"A\\""}\n`)
      .join(''),
  },
  'a table alone': {
    ...Object.fromEntries(numbers.map(i => [`images/${i}.jpg`, `photo ${i}`])),
    'labels.csv': `image,label,note\r\n${numbers.map(i => `${i}.jpg,${classOf(i)},"a, ""b"""\r\n`).join('')}`,
  },
}

/** The state as any command sees it. */
async function seen(root: string): Promise<State> {
  const { files } = await listPhotos(root)
  const state: Record<string, string | undefined> = Object.fromEntries(
    numbers.map(i => [`photo ${i}`, undefined]),
  )
  for (const { path, label } of files) state[readFileSync(join(root, path), 'utf8')] = label
  return state
}

async function pathsOf(root: string, contents: readonly string[]): Promise<string[]> {
  const { files } = await listPhotos(root)
  return files
    .map(({ path }) => path)
    .filter(path => contents.includes(readFileSync(join(root, path), 'utf8')))
}

const photosArbitrary = fc
  .subarray(numbers.slice(2), { minLength: 1, maxLength: 4 })
  .map(some => some.map(i => `photo ${i}`))
const stepArbitrary = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      edit: fc.constant('relabel' as const),
      photos: photosArbitrary,
      to: fc.constantFrom('cat', 'dog', 'a new one'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ edit: fc.constant('reject' as const), photos: photosArbitrary }) },
  { weight: 2, arbitrary: fc.constant({ edit: 'undo' as const }) },
  { weight: 2, arbitrary: fc.constant({ edit: 'redo' as const }) },
)

describe.each(Object.entries(layouts))('edits by hand, where there are %s', (_, tree) => {
  it('and undo and redo in any order do what they say, and no photo is ever lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { minLength: 1, maxLength: 9 }), async steps => {
        const root = writeTree(tree)
        let now = await seen(root)
        const back: State[] = []
        const forth: State[] = []
        for (const step of steps) {
          if (step.edit === 'undo' || step.edit === 'redo') {
            const [from, to] = step.edit === 'undo' ? [back, forth] : [forth, back]
            const before = from.pop()
            if (back.length + forth.length > 0 || before !== undefined)
              await (step.edit === 'undo' ? undo({ data: root }) : redo({ data: root }))
            if (before !== undefined) {
              to.push(now)
              now = before
            }
          } else {
            const { edit } = step
            const to = 'to' in step ? step.to : undefined
            const state = now
            const photos = step.photos.filter(photo => state[photo] !== undefined)
            const { left } = await editPhotos({ data: root, edit, photos: await pathsOf(root, photos), to })
            expect(left).toEqual([])
            const next = { ...now, ...Object.fromEntries(photos.map(photo => [photo, to])) }
            if (photos.some(photo => state[photo] !== to)) {
              back.push(now)
              forth.length = 0
            }
            now = next
          }
          expect(await seen(root)).toEqual(now)
        }
      }),
      { numRuns: 6, seed: 7 },
    )
  })
})

const small = {
  'train/cat/1.jpg': 'cat 1',
  'train/cat/2.jpg': 'cat 2',
  'train/dog/1.jpg': 'dog 1',
  'train/dog/2.jpg': 'dog 2',
}

describe('an edit by hand', () => {
  const labels = async (root: string) =>
    Object.fromEntries((await listPhotos(root)).files.map(({ path, label }) => [path, label]))

  it('leaves photos that another program changed, moved or linked since they were listed, and does the rest', async () => {
    const root = writeTree(small)
    const { photos } = await photosInFolder({ data: root })
    writeFileSync(join(root, 'train/cat/1.jpg'), 'painted')
    rmSync(join(root, 'train/dog/1.jpg'))
    symlinkSync(join(root, 'train/cat/2.jpg'), join(root, 'train/dog/3.jpg'))
    const { left, moved } = await editPhotos({
      data: root,
      edit: 'reject',
      photos: [
        ...photos.map(({ path, version }) => ({ path, version })),
        'train/dog/3.jpg',
        '../../etc/passwd',
      ],
    })
    expect(left.map(({ photo }) => photo)).toEqual([
      'train/cat/1.jpg',
      'train/dog/1.jpg',
      'train/dog/3.jpg',
      '../../etc/passwd',
    ])
    expect(moved.map(({ to }) => to)).toEqual([
      'set-aside/rejected/train/cat/2.jpg',
      'set-aside/rejected/train/dog/2.jpg',
    ])
    expect(readFileSync(join(root, 'train/cat/1.jpg'), 'utf8')).toBe('painted')
  })

  it('that was cut off is finished by the next one, which can be taken back alone', async () => {
    const root = writeTree(small)
    const signal = cutAfter(1)
    const paths = ['train/cat/1.jpg', 'train/cat/2.jpg']
    await expect(
      editPhotos({ data: root, edit: 'relabel', photos: paths, to: 'dog', signal }),
    ).rejects.toThrow()
    expect(Object.values(await labels(root)).filter(label => label === 'cat')).toHaveLength(1)
    await editPhotos({ data: root, edit: 'keep', photos: ['train/dog/1.jpg'] })
    expect(new Set(Object.values(await labels(root)))).toEqual(new Set(['dog']))
    await undo({ data: root })
    expect(new Set(Object.values(await labels(root)))).toEqual(new Set(['dog']))
    await undo({ data: root })
    expect(await labels(root)).toEqual(await labels(writeTree(small)))
  })

  it('restores what was set aside with its rows, also the last photo of all', async () => {
    const tree = {
      'a/1.jpg': 'one',
      'b/2.jpg': 'two',
      'metadata.jsonl': '{"file_name":"a/1.jpg","by":"Ann"}\n{"file_name":"b/2.jpg","by":"Bob"}\n',
    }
    const root = writeTree(tree)
    await editPhotos({ data: root, edit: 'reject', photos: ['a/1.jpg', 'b/2.jpg'] })
    const { photos, rejected } = await photosInFolder({ data: root })
    expect([photos.length, rejected.map(({ path, why }) => `${why} ${path}`)]).toEqual([
      0,
      ['rejected a/1.jpg', 'rejected b/2.jpg'],
    ])
    for (const { place } of rejected) await editPhotos({ data: root, edit: 'restore', photos: [place] })
    expect(await labels(root)).toEqual({ 'a/1.jpg': 'a', 'b/2.jpg': 'b' })
    expect(readFileSync(join(root, 'metadata.jsonl'), 'utf8')).toBe(tree['metadata.jsonl'])
  })

  it('is refused for classes that no folder can be called, and where nothing says the class', async () => {
    const root = writeTree(small)
    const relabel = (to: string) =>
      editPhotos({ data: root, edit: 'relabel', photos: ['train/cat/1.jpg'], to })
    for (const name of ['', '../up', 'a/b', '.hidden', 'con', 'train', 'set-aside', 'x\ny', 'é'.repeat(150)])
      await expect(relabel(name), name).rejects.toThrow(/to must be a name that a class can have/)
    expect(readdirSync(root)).toEqual(['train'])
    expect((await relabel('<b>').catch(error => error)).message).toContain('a folder cannot have <')
    const loose = writeTree({ '1.jpg': 'one', '2.jpg': 'two' })
    const { left } = await editPhotos({ data: loose, edit: 'relabel', photos: ['1.jpg'], to: 'dog' })
    expect(left).toMatchObject([{ photo: '1.jpg', reason: expect.stringContaining('nothing to change') }])
  })

  it('changes number and name of a class in step, and says where a table cannot say a new one', async () => {
    const rows = [0, 1, 2, 3].map(i => `images/${i}.jpg,${i % 2},${i % 2 ? 'dog' : 'cat'}\n`).join('')
    const images = Object.fromEntries([0, 1, 2, 3].map(i => [`images/${i}.jpg`, `photo ${i}`]))
    const root = writeTree({ ...images, 'labels.csv': `file,label_id,label\n${rows}` })
    const first = { data: root, edit: 'relabel' as const, photos: ['images/0.jpg'] }
    expect((await editPhotos({ ...first, to: 'dog' })).left).toEqual([])
    expect(readFileSync(join(root, 'labels.csv'), 'utf8')).toContain('images/0.jpg,1,dog\n')
    expect((await labels(root))['images/0.jpg']).toBe('dog')
    const flags = writeTree({
      ...images,
      '_classes.csv': `filename,cat,dog\n${[0, 1, 2, 3].map(i => `${i}.jpg,${i % 2},${1 - (i % 2)}\n`).join('')}`,
    })
    const { left } = await editPhotos({ ...first, data: flags, to: 'bird' })
    expect(left).toMatchObject([{ photo: 'images/0.jpg', reason: expect.stringContaining('_classes.csv') }])
    expect((await editPhotos({ ...first, data: flags, to: 'cat' })).left).toEqual([])
    expect((await labels(flags))['images/0.jpg']).toBe('cat')
  })
})

describe('redo', () => {
  it('does again what undo took back of any command, and forgets it once something else is done', async () => {
    const root = writeTree(small)
    const run = async (...args: string[]) => (await chiquito(args)).stdout
    await editPhotos({ data: root, edit: 'reject', photos: ['train/cat/1.jpg'] })
    expect(await run('undo', root)).toMatch(/^took back 1 {2}reject/)
    expect(await run('redo', root)).toMatch(/^did again 1 {2}reject .*\n1 change$/m)
    expect(existsSync(join(root, 'set-aside/rejected/train/cat/1.jpg'))).toBe(true)
    expect(await run('undo', root, '--list')).toMatch(/redo: reject/)
    expect(await run('redo', root)).toMatch(/^There is nothing to do again/)
    expect(await run('undo', root)).toMatch(/^took back 3 {2}reject/)
    await editPhotos({ data: root, edit: 'keep', photos: ['train/cat/1.jpg'] })
    expect(await run('redo', root)).toMatch(/^There is nothing to do again/)
    expect((await photosInFolder({ data: root })).photos.map(({ isKept }) => isKept)).toEqual([
      true,
      false,
      false,
      false,
    ])
  })
})

describe('a list of photos', () => {
  it('has sizes as the decoder has them, upright, for every format that can be told at once', async () => {
    const turned = await sharp(await drawing('ball', 1))
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer()
    const tree: Record<string, Uint8Array> = { 'a/turned.jpg': turned, 'a/none.jpg': Buffer.from('no photo') }
    for (const format of ['jpeg', 'png', 'webp'] as const)
      tree[`a/${format}`] = await drawing('ball', 2, { format })
    tree['a/lossless.webp'] = await sharp(await drawing('wave', 2))
      .webp({ lossless: true })
      .toBuffer()
    tree['a/alpha.webp'] = await sharp(await drawing('wave', 2))
      .ensureAlpha(0.5)
      .webp()
      .toBuffer()
    tree['a/anim.gif'] = await sharp(await drawing('wave', 2))
      .gif()
      .toBuffer()
    const root = writeTree(tree)
    const { photos } = await photosInFolder({ data: root })
    for (const { path, size } of photos) {
      const header = await inspectPhoto(join(root, path))
      expect(size, path).toEqual(header === undefined ? null : { width: header.width, height: header.height })
    }
    expect(photos).toHaveLength(8)
  })

  it('can be put in an order in which what looks alike stands together', async () => {
    const root = writeTree({ ...(await drawings('a', 'ball', 6)), ...(await drawings('b', 'wave', 6)) })
    const mixed = (await photosInFolder({ data: root })).photos
      .map(({ path }) => path)
      .sort((x, y) => (x.slice(2) < y.slice(2) ? -1 : 1))
    expect((await photosByLikeness(root, mixed)).known).toBe(0)
    // Files that were written a moment ago are not believed to stay as they are.
    await pause(2100, undefined)
    await gatherFacts(root, mixed)
    const { paths, known } = await photosByLikeness(root, mixed)
    expect(known).toBe(12)
    const changes = paths.filter((path, i) => i > 0 && path[0] !== paths[i - 1][0])
    expect(changes).toHaveLength(1)
  })
})

/** A signal that fires once it was asked so many times whether it has. */
function cutAfter(times: number): AbortSignal {
  const { signal } = new AbortController()
  let asked = 0
  Object.defineProperty(signal, 'aborted', { get: () => asked++ >= times })
  return signal
}
