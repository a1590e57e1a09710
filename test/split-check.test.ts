// chiquito split --check: every pair that leaks, and nothing else.
import sharp, { type ExtendOptions } from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CheckSplitResult } from '../src/actions/split-check.js'
import { documentOf } from './support/chiquito.js'
import { scene as wideScene } from './support/scenes.js'
import { fourCopies, sixtyPhotos, told, tree } from './support/split.js'
import { scene, sceneJpeg, scenes } from './support/spots.js'

let photos: Record<string, Buffer>
let copies: Record<string, Buffer>

beforeAll(async () => {
  photos = await sixtyPhotos()
  copies = await fourCopies(photos)
})

const allRound = (width: number) => ({ left: width, right: width, top: width, bottom: width })

describe('split --check', () => {
  it('lists every pair that leaks, with its kind, and ends with 1', async () => {
    const { data } = tree({
      ...Object.fromEntries(
        Object.entries({ ...photos, ...copies }).map(([file, photo]) => [
          `${/^cat\/[a-z]+\.jpg/.test(file) ? 'valid' : 'train'}/${file}`,
          photo,
        ]),
      ),
      'valid/dog/other.jpg': await sceneJpeg(900),
      'test/dog/a9.jpg': await scene(104).greyscale().jpeg().toBuffer(),
    })
    const result = await told(data, '--check', '--json')
    expect(result.status).toBe(1)
    const { leaks, groups } = documentOf<CheckSplitResult>(result)
    expect(leaks).toEqual([
      { train: 'train/dog/e4x.jpg', held: 'test/dog/a9.jpg', kind: 'near' },
      { train: 'train/cat/b1x.jpg', held: 'valid/cat/anew.jpg', kind: 'near' },
      { train: 'train/cat/c2x.jpg', held: 'valid/cat/mirrored.jpg', kind: 'mirrored' },
      { train: 'train/cat/a0x.jpg', held: 'valid/cat/same.jpg', kind: 'exact' },
      { train: 'train/cat/d3x.jpg', held: 'valid/cat/turned.jpg', kind: 'turned' },
    ])
    expect(groups).toHaveLength(5)
    const text = await told(data, '--check')
    expect(text.stdout).toMatch(/^5 pairs leak, in 5 groups\. 66 photos looked at\.\n/)
    expect(text.stdout).toContain(`"chiquito split ${data} --out DATASET" divides anew`)
  })

  it('finds crops and captions by features, unless it is to be quick', async () => {
    const crop = { left: 12, top: 10, width: 96, height: 80 }
    const { data } = tree({
      ...Object.fromEntries(Object.entries(photos).map(([file, photo]) => [`train/${file}`, photo])),
      'valid/cat/crop.jpg': await sharp(photos['cat/f5x.jpg']).extract(crop).jpeg().toBuffer(),
      'valid/dog/other.jpg': await sceneJpeg(901),
    })
    const deep = documentOf<CheckSplitResult>(await told(data, '--check', '--deep', '--json'))
    expect(deep.leaks).toEqual([{ train: 'train/cat/f5x.jpg', held: 'valid/cat/crop.jpg', kind: 'part' }])
    expect(documentOf<CheckSplitResult>(await told(data, '--check', '--json')).leaks).toEqual([])
  })

  it('finds crops that got bars, a border or a caption afterwards', async () => {
    const crop = async (number: number) =>
      sharp(await wideScene(number))
        .extract({ left: 20, top: 30, width: 256, height: 192 })
        .jpeg()
        .toBuffer()
    const framed = async (number: number, frame: ExtendOptions, words?: string) =>
      sharp(await crop(number))
        .extend(frame)
        .composite(words === undefined ? [] : [{ input: Buffer.from(words), gravity: 'south' }])
        .jpeg()
        .toBuffer()
    const words = '<svg width="256" height="34"><text x="9" y="24" font-size="20">What a day</text></svg>'
    const { data } = tree({
      ...Object.fromEntries(Object.entries(photos).map(([file, photo]) => [`train/${file}`, photo])),
      'train/cat/1.jpg': await wideScene(1),
      'train/cat/2.jpg': await wideScene(2),
      'train/dog/3.jpg': await wideScene(3),
      'valid/cat/film.jpg': await framed(1, { top: 30, bottom: 30, background: '#000' }),
      'valid/cat/said.jpg': await framed(2, { bottom: 34, background: '#fff' }, words),
      'valid/dog/paper.jpg': await framed(3, { ...allRound(25), background: '#fff' }),
    })
    const { leaks } = documentOf<CheckSplitResult>(await told(data, '--check', '--deep', '--json'))
    expect(leaks).toEqual([
      { train: 'train/cat/1.jpg', held: 'valid/cat/film.jpg', kind: 'part' },
      { train: 'train/cat/2.jpg', held: 'valid/cat/said.jpg', kind: 'part' },
      { train: 'train/dog/3.jpg', held: 'valid/dog/paper.jpg', kind: 'part' },
    ])
  })

  it('tells people and pages on both sides, a pair each', async () => {
    const people = await scenes('train/cat', 3, { name: i => `Ann_Lee_000${i + 1}.jpg` })
    const { data } = tree({
      ...people,
      'train/cat/Bob_Ray_0001.jpg': await sceneJpeg(10),
      'valid/cat/Ann_Lee_0009.jpg': await sceneJpeg(11),
      'valid/cat/Cid_Roe_0001.jpg': await sceneJpeg(12),
      'train/dog/1.jpg': await sceneJpeg(13),
      'valid/dog/2.jpg': await sceneJpeg(14),
    })
    const { leaks, groups } = documentOf<CheckSplitResult>(await told(data, '--check', '--json'))
    expect(leaks).toEqual([
      { train: 'train/cat/Ann_Lee_0001.jpg', held: 'valid/cat/Ann_Lee_0009.jpg', kind: 'person' },
    ])
    expect(groups).toMatchObject([{ kinds: ['person'], train: { length: 3 }, held: { length: 1 } }])
  })

  it('says that nothing is divided', async () => {
    const { data } = tree(photos)
    const result = await told(data, '--check')
    expect([result.status, result.stderr]).toEqual([
      1,
      expect.stringMatching(/is not divided: there is nothing to judge/),
    ])
  })
})
