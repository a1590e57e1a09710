import { describe, expect, it } from 'vitest'
import { checkedPhotos } from '../../../test/support/checked-photos.js'
import { writeTree } from '../../../test/support/files.js'
import { plants, scene } from '../../../test/support/scenes.js'
import { splitLeaks } from '../../splitting/index.js'
import { findCopies } from './find-copies.js'

/** Pairs among files given as bytes: `'a b kind'` each. */
async function pairsAmong(files: Readonly<Record<string, Uint8Array>>): Promise<string[]> {
  const root = writeTree(files)
  const photos = await checkedPhotos(root, Object.keys(files).sort())
  const pairs = await findCopies(photos, { root })
  return pairs.map(({ a, b, kind }) => `${photos[a].path} ${photos[b].path} ${kind}`)
}

describe('findCopies', () => {
  it('finds nothing among different photos', async () => {
    const files: Record<string, Uint8Array> = {}
    for (let i = 0; i < 60; i++) files[`${i}.jpg`] = await scene(i)
    expect(await pairsAmong(files)).toEqual([])
  })

  it.each([
    ['mirrored', 'mirrored'],
    ['upside down', 'mirrored'],
    ['turned by 90', 'turned'],
    ['turned by 180', 'turned'],
    ['turned by 270', 'turned'],
    ['recompressed', 'near'],
    ['smaller', 'near'],
    ['grey', 'near'],
    ['brighter', 'near'],
    ['watermarked', 'near'],
    ['bordered', 'part'],
    ['screenshot', 'part'],
  ] as const)('finds a photo that is %s', async (plant, kind) => {
    const files: Record<string, Uint8Array> = {}
    for (let i = 0; i < 8; i++) files[`a${i}.jpg`] = await scene(i)
    for (let i = 0; i < 8; i++) files[`b${i}.jpg`] = await plants[plant](await scene(i))
    expect(await pairsAmong(files)).toEqual(
      Array.from({ length: 8 }, (_, i) => `a${i}.jpg b${i}.jpg ${kind}`),
    )
  })

  it('tells equal files as exact, and near copies of them from each', async () => {
    const photo = await scene(1)
    const smaller = await plants.smaller(photo)
    expect(
      await pairsAmong({ 'a.jpg': photo, 'b.jpg': photo, 'c.jpg': smaller, 'd.jpg': await scene(2) }),
    ).toEqual(['a.jpg b.jpg exact', 'a.jpg c.jpg near', 'b.jpg c.jpg near'])
  })

  it('says which photo is the part, whichever comes first', async () => {
    const photo = await scene(1)
    const bordered = await plants.bordered(photo)
    const files = { 'a.jpg': photo, 'b.jpg': bordered, 'c.jpg': photo, 'd.jpg': await scene(2) }
    const root = writeTree(files)
    const pairs = await findCopies(await checkedPhotos(root, Object.keys(files)), { root })
    expect(pairs.map(({ a, b, kind, part }) => [a, b, kind, part])).toEqual([
      [0, 1, 'part', 'a'],
      [0, 2, 'exact', undefined],
      [1, 2, 'part', 'b'],
    ])
  })

  it('takes no flat photo for a copy of another', async () => {
    const flat = (grey: number) =>
      plants.recompressed(
        Buffer.from(
          `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="90" height="60" fill="rgb(${grey},${grey},${grey})"/></svg>`,
        ),
      )
    expect(
      await pairsAmong({ 'a.jpg': await flat(90), 'b.jpg': await flat(120), 'c.jpg': await flat(121) }),
    ).toEqual([])
  })

  it('keeps a photo listed thousands of times in bounds', async () => {
    const root = writeTree({
      'train/a.jpg': await scene(1),
      'valid/b.jpg': await plants.smaller(await scene(1)),
    })
    const [a, b] = await checkedPhotos(root, ['train/a.jpg', 'valid/b.jpg'])
    const photos = [...Array.from({ length: 5000 }, () => a), ...Array.from({ length: 5000 }, () => b)]
    const pairs = await findCopies(photos, { root })
    expect(pairs.length).toBeLessThan(20_000)
    expect(new Set(pairs.flatMap(pair => [pair.a, pair.b])).size).toBe(10_000)
  })
})

describe('splitLeaks', () => {
  it('lists every pair that lies on both sides of the split', async () => {
    const photo = await scene(1)
    const files = {
      'test/c.jpg': await plants.mirrored(photo),
      'train/a.jpg': photo,
      'train/b.jpg': photo,
      'valid/d.jpg': photo,
    }
    const root = writeTree(files)
    const photos = await checkedPhotos(root, Object.keys(files))
    expect(splitLeaks(photos, await findCopies(photos, { root }))).toEqual([
      { train: 'train/a.jpg', held: 'test/c.jpg', kind: 'mirrored' },
      { train: 'train/b.jpg', held: 'test/c.jpg', kind: 'mirrored' },
      { train: 'train/a.jpg', held: 'valid/d.jpg', kind: 'exact' },
      { train: 'train/b.jpg', held: 'valid/d.jpg', kind: 'exact' },
    ])
  })
})
