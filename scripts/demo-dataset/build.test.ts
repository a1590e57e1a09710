import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { strFromU8, unzipSync } from 'fflate'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { demoDataset } from '../../src/actions/demo-dataset.js'
import { assetPath } from '../../src/core/index.js'
import { buildDemoDataset, type DemoDataset } from './build.js'

const bytes = readFileSync(demoDataset.path())
const files = unzipSync(bytes)
const pictures = Object.keys(files).filter(name => name.endsWith('.webp'))

/** The emoji a folder shows, without its makers. */
function shownIn(folder: string): string[] {
  const names = pictures.filter(name => name.startsWith(folder)).map(name => name.slice(folder.length + 1))
  return [...new Set(names.map(name => name.replace(/^[a-z]+-/, '')))].sort()
}

describe('the embedded demo data set', () => {
  it('has the checksum that the code expects', () => {
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(demoDataset.sha256)
  })

  it('is small enough to embed', () => {
    expect(bytes.length).toBeLessThan(1_000_000)
  })

  it('holds as many pictures as the code says, balanced', () => {
    const count = (prefix: string) => pictures.filter(name => name.startsWith(prefix)).length
    for (const part of ['train', 'valid'] as const) {
      expect(count(`dataset/${part}/`)).toBe(demoDataset.counts[part])
      for (const label of demoDataset.labels)
        expect(count(`dataset/${part}/${label}/`)).toBe(demoDataset.counts[part] / 2)
    }
    const unseen = pictures.filter(name => name.startsWith('unseen/'))
    expect(unseen.toSorted()).toEqual(demoDataset.unseen.map(picture => picture.path).toSorted())
    expect(unseen).toHaveLength(demoDataset.counts.unseen)
  })

  it('validates on the emoji it trains on, by a maker it never saw', () => {
    for (const label of demoDataset.labels)
      expect(shownIn(`dataset/valid/${label}`)).toEqual(shownIn(`dataset/train/${label}`))
    const makersOf = (prefix: string) =>
      new Set(
        pictures.filter(name => name.startsWith(prefix)).map(name => name.match(/([a-z]+)-[^/]*$/)?.[1]),
      )
    expect([...makersOf('dataset/train/')].sort()).toEqual(['noto', 'twemoji'])
    expect([...makersOf('dataset/valid/')]).toEqual(['fluent'])
    expect([...makersOf('unseen/')]).toEqual(['firefox'])
  })

  it('ends with emoji that nobody drew for training or validation', () => {
    const seen = new Set(pictures.filter(name => name.startsWith('dataset/')).map(emojiOf))
    for (const { path } of demoDataset.unseen) expect(seen).not.toContain(emojiOf(path))
  })

  it('shows no emoji as both animal and food, and no picture twice', () => {
    const food = new Set(shownIn('dataset/train/food'))
    expect(shownIn('dataset/train/animal').filter(name => food.has(name))).toEqual([])
    const hashes = pictures.map(name => createHash('sha256').update(files[name]).digest('hex'))
    expect(new Set(hashes).size).toBe(pictures.length)
  })

  it('carries its licences, the same as beside it', () => {
    const text = strFromU8(files['LICENSES.md'])
    expect(text).toBe(readFileSync(assetPath('demo-dataset.LICENSES.md'), 'utf8'))
    for (const maker of new Set(pictures.map(name => name.match(/([a-z]+)-[^/]*$/)?.[1])))
      expect(text).toContain(`| \`${maker}-…\` |`)
  })
})

describe('its script', () => {
  let built: DemoDataset
  beforeAll(async () => {
    built = await buildDemoDataset()
  })

  it('gives the same bytes every time', async () => {
    expect(Buffer.compare(built.archive, (await buildDemoDataset()).archive)).toBe(0)
  })

  // Pixels rather than bytes: another processor or release of the renderer may round an edge differently.
  it('makes what is embedded', async () => {
    const again = unzipSync(built.archive)
    expect(Object.keys(again)).toEqual(Object.keys(files))
    for (const name of pictures) expect(await difference(files[name], again[name]), name).toBeLessThan(1)
  })
})

function emojiOf(path: string): string {
  return path.replace(/^.*\/[a-z]+-/, '')
}

/** Mean absolute difference of two pictures' bytes, 0 to 255; also holds them to their size. */
async function difference(one: Uint8Array, other: Uint8Array): Promise<number> {
  const [a, b] = await Promise.all(
    [one, other].map(file => sharp(file).raw().toBuffer({ resolveWithObject: true })),
  )
  expect(a.info).toMatchObject({ width: 128, height: 128, channels: 3 })
  expect(b.data.length).toBe(a.data.length)
  return a.data.reduce((sum, byte, i) => sum + Math.abs(byte - b.data[i]), 0) / a.data.length
}
