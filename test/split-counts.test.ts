// chiquito split: how many photos each part gets, and what is said where groups or small classes do not allow it.
import { rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { sixtyPhotos, split, tree } from './support/split.js'
import { scenes } from './support/spots.js'

let photos: Record<string, Buffer>

beforeAll(async () => {
  photos = await sixtyPhotos()
})

describe('the counts of split', () => {
  it('balances, and says what groups do not allow', async () => {
    const { data, out } = tree({
      ...photos,
      ...(await scenes('dog', 6, { from: 700, name: i => `more${i}z.jpg` })),
      ...(await scenes('one', 1, { from: 800 })),
      ...(await scenes('two', 2, { from: 810 })),
    })
    const result = await split(data, '--out', out, '--valid', '20')
    expect(result.classes).toEqual([
      { label: 'cat', train: 15, valid: 15, test: 0 },
      { label: 'dog', train: 18, valid: 18, test: 0 },
      { label: 'one', train: 1, valid: 0, test: 0 },
      { label: 'two', train: 1, valid: 1, test: 0 },
    ])
    expect(result.remarks).toEqual([
      '"cat" has 30 photos: 15, not 20, are measured on (valid), so that half are learnt from.',
      '"dog" has 36 photos: 18, not 20, are measured on (valid), so that half are learnt from.',
      '"one" has one photo: it is learnt from, and none is measured on (valid).',
      '"two" has 2 photos: 1, not 20, is measured on (valid), so that half are learnt from.',
    ])
    rmSync(path.join(data, 'one'), { recursive: true })
    rmSync(path.join(data, 'two'), { recursive: true })
    const balanced = await split(data, '--out', `${out}-2`, '--balance', '--valid', '8')
    expect(balanced.classes.map(({ train, valid }) => [train, valid])).toEqual([
      [22, 8],
      [22, 8],
    ])
    expect(balanced.left).toHaveLength(6)
  })

  it('holds no more than half of a class apart by count, valid and test together', async () => {
    const { data, out } = tree({ ...(await scenes('cat', 10)), ...(await scenes('dog', 11, { from: 100 })) })
    const { classes, remarks } = await split(data, '--out', out, '--valid', '5', '--test', '5')
    expect(classes).toEqual([
      { label: 'cat', train: 5, valid: 3, test: 2 },
      { label: 'dog', train: 6, valid: 3, test: 2 },
    ])
    expect(remarks).toEqual([
      '"cat" has 10 photos: 3, not 5, are measured on (valid), so that half are learnt from.',
      '"dog" has 11 photos: 3, not 5, are measured on (valid), so that half are learnt from.',
      '"cat" has 10 photos: 2, not 5, are kept for the test, so that half are learnt from.',
      '"dog" has 11 photos: 2, not 5, are kept for the test, so that half are learnt from.',
    ])
    const mixed = await split(data, '--out', `${out}-2`, '--valid', '0.3', '--test', '5')
    expect(mixed.classes.map(({ train, valid, test }) => [train, valid, test])).toEqual([
      [5, 3, 2],
      [6, 3, 2],
    ])
    const uneven = await split(data, '--out', `${out}-3`, '--valid', '1', '--test', '9')
    expect(uneven.classes.map(({ train, valid, test }) => [train, valid, test])).toEqual([
      [5, 1, 4],
      [6, 1, 4],
    ])
  })

  it('holds no more than half apart of what comes later either', async () => {
    const { data, out } = tree(await scenes('cat', 10))
    await split(data, '--out', out, '--valid', '4', '--test', '4')
    const more = tree(await scenes('cat', 14))
    const { classes } = await split(more.data, '--out', out, '--add')
    expect(classes).toEqual([{ label: 'cat', train: 7, valid: 4, test: 3 }])
  })

  it('does not let a class of one photo decide how many all others have', async () => {
    const { data, out } = tree({
      ...(await scenes('cat', 12)),
      ...(await scenes('dog', 9, { from: 100 })),
      ...(await scenes('one', 1, { from: 200 })),
    })
    const { classes, remarks, left } = await split(data, '--out', out, '--valid', '3', '--balance')
    expect(classes).toEqual([
      { label: 'cat', train: 6, valid: 3, test: 0 },
      { label: 'dog', train: 6, valid: 3, test: 0 },
      { label: 'one', train: 1, valid: 0, test: 0 },
    ])
    expect(left.map(({ reason }) => reason)).toEqual(Array(3).fill('more than each class is to have'))
    expect(remarks).toEqual([
      '"one" has one photo: it is learnt from, and none is measured on (valid).',
      '"one": with one photo a class, none could be measured; so all others have 9 each, as the smallest of them does.',
    ])
  })

  it('says where one group is most of a class', async () => {
    const pages = Array.from({ length: 20 }, (_, i) =>
      JSON.stringify({
        file_name: `cat/${String.fromCharCode(97 + i)}${i}x.jpg`,
        page_url: 'https://example.org/gallery',
      }),
    )
    const { data, out } = tree({ ...photos, 'metadata.jsonl': pages.join('\n') })
    const { remarks, classes } = await split(data, '--out', out)
    expect(remarks[0]).toMatch(
      /^20 of the 30 photos of "cat" belong together \(the same source page\), for example "cat\/a0x.jpg" and "cat\/b1x.jpg": they are learnt from\.$/,
    )
    expect(classes[0]).toMatchObject({ train: 24, valid: 6 })
  })
})
