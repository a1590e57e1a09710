// Few photos: training where it is possible at all, and else, on the command line, a true sentence before any work.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { train } from '../src/index.js'
import { chiquito, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'

const folder = suiteFolder()
const network = path.resolve(import.meta.dirname, '../src/backbones/import/fixtures/convnext-dynamo.onnx')

const ways = [
  ['auto', 'auto'],
  ['auto', 'never'],
  ['auto', 'always'],
  ['fastai-2018', 'auto'],
] as const

beforeAll(() => {
  vi.stubEnv('CHIQUITO_CACHE', path.join(folder, 'cache'))
})

function refused(name: string, recipe: string, fineTune: string) {
  const out = path.join(folder, `${name} ${recipe} ${fineTune}`)
  const how = ['--recipe', recipe, '--fine-tune', fineTune, '--backbone', network, '--threads', '1', '--json']
  return chiquito(['train', path.join(folder, name), '--out', out, ...how])
}

/** Drawings by number: a ball and a wave differ, the same number is the same photo. */
const balls = (at: string, count: number, from = 1) => drawings(at, 'ball', count, { from })
const waves = (at: string, count: number, from = 1) => drawings(at, 'wave', count, { from })

/** Situations in which there is something to learn: classes, photos by part, what is said. */
const possible = [
  {
    name: 'a class of two photos',
    files: async () => ({
      ...(await balls('ball', 8)),
      ...(await waves('wave', 8)),
      ...(await waves('few', 2, 50)),
    }),
    photos: { train: 13, valid: 5, test: 0 },
    notice: undefined,
  },
  {
    name: 'a class of one photo',
    files: async () => ({
      ...(await balls('ball', 8)),
      ...(await waves('wave', 8)),
      ...(await waves('one', 1, 50)),
    }),
    photos: { train: 13, valid: 4, test: 0 },
    notice: /Class "one" has one photo: it is learnt from, and how well it is recognised cannot be measured/,
  },
  {
    name: 'one to learn from and three to measure',
    files: async () => ({
      ...(await balls('train/ball', 8)),
      ...(await waves('train/one', 1)),
      ...(await balls('valid/ball', 3, 20)),
      ...(await waves('valid/one', 3, 20)),
    }),
    photos: { train: 9, valid: 6, test: 0 },
    notice: undefined,
  },
  {
    name: 'two photos a class',
    files: async () => ({ ...(await balls('ball', 2)), ...(await waves('wave', 2)) }),
    photos: { train: 2, valid: 2, test: 0 },
    notice: undefined,
  },
]

/** Situations in which there is nothing to learn, or to measure: what is said. */
const impossible = [
  {
    name: 'one class',
    files: () => balls('ball', 4),
    says: /has only one class, "ball"/,
  },
  {
    name: 'one photo a class',
    files: async () => ({ ...(await balls('ball', 1)), ...(await waves('wave', 1)) }),
    says: /No class has two different photos, one to learn from and one to measure on: "ball" and "wave" have one each/,
  },
  {
    name: 'the same file everywhere',
    files: async () => {
      const photo = await drawing('ball', 1)
      return { 'a/1.png': photo, 'a/2.png': photo, 'b/1.png': photo, 'b/2.png': photo }
    },
    says: /All 4 photos to learn from are exact copies of one, "a\/1\.png"/,
  },
  {
    name: 'a class that is a copy',
    files: async () => ({
      ...(await balls('cats', 4)),
      ...(await balls('felines', 4)),
      ...(await waves('dogs', 4)),
    }),
    says: /Class "felines" has no photo of its own: each of its 4 photos lies in "cats" too/,
  },
  {
    name: 'a class without a readable photo',
    files: async () => ({
      ...(await balls('ball', 4)),
      ...(await waves('wave', 4)),
      'junk/1.jpg': 'not a photo',
      'junk/2.jpg': Buffer.from('neither is this'),
    }),
    says: /Class "junk" has no readable photo in the training part/,
  },
]

describe.each(possible)('$name', ({ name, files, photos, notice }) => {
  beforeAll(async () => {
    writeTree(await files(), path.join(folder, name))
  })

  it.each(ways)('trains with recipe %s, fine-tuning %s', async (recipe, fineTune) => {
    const result = await train({
      ...{ data: path.join(folder, name), out: path.join(folder, `${name} ${recipe} ${fineTune}`) },
      ...{ recipe, fineTune, backbone: network, threads: 1 },
    })
    expect(result.photos).toEqual(photos)
    expect(JSON.stringify(result.evaluation)).not.toMatch(/NaN|Infinity/)
    expect(readFileSync(path.join(result.run, 'report.html'), 'utf8')).not.toMatch(/NaN|undefined/)
    if (notice) expect(result.notices.join('\n')).toMatch(notice)
  })
})

describe.each(impossible)('$name', ({ name, files, says }) => {
  it.each(ways)('is refused before any work by recipe %s, fine-tuning %s', async (recipe, fineTune) => {
    writeTree(await files(), path.join(folder, name))
    const { status, stderr } = await refused(name, recipe, fineTune)
    expect(status).toBe(1)
    expect(stderr).toMatch(says)
    expect(stderr).not.toMatch(/training photos/)
    expect(existsSync(path.join(folder, `${name} ${recipe} ${fineTune}`, 'model.onnx'))).toBe(false)
  })
})

describe('photos that show nothing', () => {
  beforeAll(async () => {
    const { default: sharp } = await import('sharp')
    const black = (width: number) =>
      sharp({ create: { width, height: 40, channels: 3, background: 'black' } })
        .png()
        .toBuffer()
    const files: Record<string, Buffer> = {}
    for (let i = 0; i < 6; i++) files[`${i % 2 === 0 ? 'a' : 'b'}/${i}.png`] = await black(40 + i)
    writeTree(files, path.join(folder, 'black'))
  })

  it.each(ways)('are named as such by recipe %s, fine-tuning %s', async (recipe, fineTune) => {
    const { status, stderr } = await refused('black', recipe, fineTune)
    expect(status).toBe(1)
    expect(stderr).toMatch(
      /The 4 training photos all look the same to .*: nothing in them could tell one class/,
    )
  })
})
