import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FaultyFile, faults } from '../../../test/support/faults.js'
import { scene } from '../../../test/support/scenes.js'
import type { CheckedData, CheckedPhoto, QuickCheck } from '../check.js'
import type { Finding } from '../finding.js'
import { openCheckedData } from '../open.js'
import { imbalance } from './imbalance.js'
import { checks, quickChecks } from './index.js'
import { sameSource } from './same-source.js'
import { tooFew } from './too-few.js'

/** Photos without a fault: far more than with any one of them. */
const CLEAN = 60
/** Of each kind of fault. */
const EACH = 6

let root: string
let data: CheckedData
const planted = new Map<string, Set<string>>()

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'chiquito-checks-'))
  mkdirSync(path.join(root, 'photos'))
  const put = (name: string, { extension, bytes }: FaultyFile) => {
    writeFileSync(path.join(root, 'photos', name + extension), bytes)
    return name + extension
  }
  for (let i = 0; i < CLEAN; i++) put(`clean ${i}`, { extension: '.jpg', bytes: await scene(i) })
  for (const [check, makers] of Object.entries(faults)) {
    const names = new Set<string>()
    for (const [k, make] of makers.entries())
      for (let i = 0; i < (makers.length > 2 ? 3 : EACH); i++)
        names.add(put(`${check} ${k} ${i}`, await make(await scene(1000 + 10 * k + i), i)))
    planted.set(check, names)
  }
  const copied = await scene(4)
  planted.set('exact-copies', new Set(['clean 4.jpg', put('a copy', { extension: '.jpg', bytes: copied })]))
  data = await openCheckedData(path.join(root, 'photos'), { cache: false })
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

async function findingsOf(name: string, of: CheckedData = data): Promise<Finding[]> {
  const check = quickChecks.find(one => one.name === name)
  if (check === undefined) throw new Error(`no check ${name}`)
  return check.run(of, {})
}

describe('each check', () => {
  it.each([...Object.keys(faults), 'exact-copies'])(
    '%s finds all planted faults, and no clean photo',
    async name => {
      const found = new Set((await findingsOf(name)).flatMap(({ photos }) => photos))
      const expected = planted.get(name) ?? new Set<string>()
      expect([...expected].filter(photo => !found.has(photo))).toEqual([])
      expect([...found].filter(photo => photo.startsWith('clean') && !expected.has(photo))).toEqual([])
    },
  )

  it('has a name of its own, and says what it finds, why that matters and what to do', () => {
    expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length)
    for (const { name, title, finds, why, advice } of checks) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/)
      for (const text of [title, finds, why, advice]) expect(text.length).toBeGreaterThan(4)
    }
  })

  it('finds nothing in a folder without photos that can be used', async () => {
    const none = { ...data, photos: data.photos.filter(({ facts }) => facts.problem !== null) }
    for (const check of quickChecks)
      if (check.name !== 'unreadable' && check.name !== 'too-few' && check.name !== 'exact-copies')
        expect([check.name, await check.run(none, {})]).toEqual([check.name, []])
  })
})

describe('blurred', () => {
  it('takes neither a plain sky nor a very large photo for blurred', async () => {
    const folder = path.join(root, 'sky')
    mkdirSync(folder)
    const sky = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><linearGradient id="g" x2="0" y2="1"><stop stop-color="#2a6fc9"/><stop offset="1" stop-color="#bfe0ff"/></linearGradient><rect width="100%" height="100%" fill="url(#g)"/></svg>',
    )
    writeFileSync(path.join(folder, 'sky.jpg'), await sharp(sky).jpeg().toBuffer())
    writeFileSync(
      path.join(folder, 'large.jpg'),
      await sharp(await scene(7, { width: 7200, height: 5400 }))
        .jpeg({ quality: 70 })
        .toBuffer(),
    )
    expect(await findingsOf('blurred', await openCheckedData(folder, { cache: false }))).toEqual([])
  })

  it.each([
    ['far out of focus, with little coarse detail left', 0.4, 3, true],
    ['nearly even', 0.2, 1.5, false],
    ['soft but in focus', 1.2, 3, false],
  ])('judges a photo that is %s', async (_what, fine, coarse, isBlurred) => {
    const [photo] = data.photos.filter(({ facts }) => facts.looks !== null)
    const { looks } = photo.facts
    if (looks === null) throw new Error('no looks')
    const detail = [fine, 1, coarse].flatMap(value => [value, value, value, value])
    const judged = { ...photo, facts: { ...photo.facts, looks: { ...looks, detail } } }
    const found = await findingsOf('blurred', { ...data, photos: [judged] })
    expect(found.length > 0).toBe(isBlurred)
  })
})

describe('exact-copies', () => {
  it('names the classes where copies lie in several, and sides where they leak', async () => {
    const [a, b] = data.photos.filter(({ path: name }) => planted.get('exact-copies')?.has(name))
    const placed = (label: number, split: CheckedPhoto['split']) => ({ ...b, label, split })
    const run = async (other: CheckedPhoto) =>
      findingsOf('exact-copies', { root, labels: ['cat', 'dog'], photos: [{ ...a, split: 'train' }, other] })
    expect((await run(placed(1, 'train')))[0]).toMatchObject({
      certain: true,
      message: expect.stringContaining('in the classes "cat" and "dog"'),
    })
    expect((await run(placed(0, 'valid')))[0].message).toContain('learnt from and measured on')
  })
})

/** Photos of the first scene, placed as wished. */
function placed(places: readonly Partial<CheckedPhoto>[], labels = ['cat', 'dog']): CheckedData {
  const photo = data.photos.find(({ path: name }) => name === 'clean 1.jpg') ?? data.photos[0]
  return { root, labels, photos: places.map((place, i) => ({ ...photo, path: `${i}.jpg`, ...place })) }
}

async function run(check: QuickCheck, of: CheckedData): Promise<string[]> {
  return (await check.run(of, {})).map(({ message }) => message)
}

describe('checks of classes', () => {
  it('finds imbalance among the photos to learn from', async () => {
    const uneven = placed([...Array(40).fill({ label: 0 }), ...Array(5).fill({ label: 1 })])
    expect(await run(imbalance, uneven)).toEqual([
      'Class "cat" has 40 photos to learn from, "dog" 5: 8.0 times as many.',
    ])
    const even = placed([...Array(40).fill({ label: 0 }), ...Array(15).fill({ label: 1 })])
    expect(await run(imbalance, even)).toEqual([])
  })

  it('finds classes with too few photos, and with none', async () => {
    const few = placed([...Array(30).fill({ label: 0 }), { label: 1 }], ['cat', 'dog', 'owl'])
    expect(await run(tooFew, few)).toEqual([
      'Class "dog" has 1 photo to learn from.',
      'Class "owl" has no photo that can be used.',
    ])
    const divided = placed([
      ...Array(30).fill({ label: 0, split: 'train' }),
      ...Array(3).fill({ label: 0, split: 'valid' }),
    ])
    expect(await run(tooFew, { ...divided, labels: ['cat'] })).toEqual(['Class "cat" has 3 to measure on.'])
  })

  it('finds pages, creators and persons on both sides of a division', async () => {
    const pages = placed([
      { split: 'train', row: { page_url: 'https://x.org/1', creator: 'Ana' } },
      { split: 'valid', row: { page_url: 'https://x.org/1', creator: 'Eva' } },
      { split: 'valid', row: { page_url: 'https://x.org/2', creator: '' } },
    ])
    expect(await sameSource.run(pages, {})).toMatchObject([
      {
        photos: ['0.jpg', '1.jpg'],
        certain: false,
        message: expect.stringContaining('The page "https://x.org/1"'),
      },
    ])
    const photosOf = (person: string, count: number) =>
      Array.from({ length: count }, (_, i) => ({
        path: `${i % 2 === 0 ? 'train' : 'valid'}/${person}_${String(i).padStart(4, '0')}.jpg`,
        split: i % 2 === 0 ? ('train' as const) : ('valid' as const),
      }))
    const persons = placed([...photosOf('Ana_de_la_Torre', 6), ...photosOf('Eva_Ruiz', 1)])
    expect(await run(sameSource, persons)).toEqual([
      expect.stringContaining('The person "Ana de la Torre" is on both sides'),
    ])
    // One name for all photos of a class is the name of the class.
    expect(await run(sameSource, placed(photosOf('Golden_Retriever', 12)))).toEqual([])
    const undivided = { ...persons, photos: persons.photos.map(photo => ({ ...photo, split: undefined })) }
    expect(await run(sameSource, undivided)).toEqual([])
  })
})
