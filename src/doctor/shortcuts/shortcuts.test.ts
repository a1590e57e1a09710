import { describe, expect, it } from 'vitest'
import { RandomStream } from '../../core/index.js'
import type { HeaderFacts } from '../facts/index.js'
import { findShortcuts, type Shortcut } from './find-shortcuts.js'
import type { ShortcutPhoto } from './properties.js'
import { shortcutLine, shortcutWords } from './words.js'

const random = RandomStream.fromSeed(7)

type Given = Partial<HeaderFacts> & { readonly bytes?: number; readonly sha256?: string }

let made = 0
function photo(label: number, { bytes, sha256, ...header }: Given): ShortcutPhoto {
  const number = made++
  return {
    path: `${label}/${number}.jpg`,
    label,
    sha256: sha256 ?? `content ${number}`,
    bytes: bytes ?? 20_000 + random.integer(80_000),
    header: {
      format: 'jpeg',
      width: 200 + random.integer(400),
      height: 200 + random.integer(400),
      frames: 1,
      orientation: 1,
      quantisation: 5 + random.integer(20),
      subsampling: '4:2:0',
      hasEnd: true,
      hasExif: random.uniform() < 0.5,
      hasProfile: false,
      hasPlace: false,
      names: [],
      takenAt: null,
      ...header,
    },
    looks: null,
  }
}

const some = (count: number, label: number, given: (i: number) => Given = () => ({})) =>
  Array.from({ length: count }, (_, i) => photo(label, given(i)))

const aucOf = (shortcuts: readonly Shortcut[], property: string) =>
  shortcuts.find(one => one.property === property)?.auc

describe('shortcuts', () => {
  it('sees that all photos of a class have one size, although others are larger and smaller', async () => {
    const photos = [...some(100, 0), ...some(100, 1, () => ({ width: 250, height: 250 }))]
    const found = await findShortcuts({ labels: ['cat', 'not'], photos })
    expect(aucOf(found, 'size')).toBeGreaterThan(0.99)
    expect(aucOf(found, 'aspect')).toBeGreaterThan(0.95)
    expect(aucOf(found, 'file-size')).toBeLessThan(0.65)
    expect(aucOf(found, 'headers')).toBeGreaterThan(0.99)
    expect(new Set(found.map(one => one.class))).toEqual(new Set(['cat']))
    expect(found.map(one => one.auc)).toEqual(found.map(one => one.auc).sort((a, b) => b - a))
    expect(shortcutLine(found, 2)).toMatch(/^Size alone tells the classes apart \(AUC 1\.00\); so does width/)
  })

  it('finds none where files are alike', async () => {
    const found = await findShortcuts({ labels: ['cat', 'dog'], photos: [...some(150, 0), ...some(150, 1)] })
    for (const { auc, interval, property } of found) {
      expect(auc, property).toBeLessThan(0.62)
      expect(interval[0], property).toBeLessThan(0.55)
    }
    expect(shortcutWords(found, 2)).toEqual([])
    expect(shortcutLine(found, 2)).toBeUndefined()
  })

  it.each([
    [2, 10],
    [2, 20],
    [3, 10],
  ])('hardly ever tells of what %i classes of %i photos show by chance', async (classes, each) => {
    const labels = Array.from({ length: classes }, (_, k) => `class ${k}`)
    const draws = 40
    let told = 0
    for (let draw = 0; draw < draws; draw++) {
      const found = await findShortcuts({ labels, photos: labels.flatMap((_, k) => some(each, k)) })
      if (shortcutWords(found, classes).length > 0) told++
    }
    expect(told / draws).toBeLessThanOrEqual(0.05)
  })

  it.each([10, 15, 30])('tells of what tells %i photos of each class apart', async each => {
    const photos = [...some(each, 0), ...some(each, 1, () => ({ width: 250, height: 250 }))]
    const found = await findShortcuts({ labels: ['cat', 'not'], photos })
    expect(shortcutLine(found, 2)).toMatch(/^Size alone tells the classes apart \(AUC 1\.00\)/)
  })

  it('says the same of files whether or not pictures are looked at', async () => {
    const photos = [...some(12, 0), ...some(12, 1, i => (i > 1 ? { format: 'png' } : {}))]
    const labels = ['cat', 'dog']
    const looked = photos.map(one => ({ ...one, looks: looks(100 + random.integer(60)) }))
    const standing = async (quick: boolean) =>
      (await findShortcuts({ labels, photos: quick ? photos : looked }, { headersOnly: quick })).filter(
        ({ property, stands }) => stands && !['all', 'headers'].includes(property),
      )
    expect(await standing(true)).toEqual(await standing(false))
  })

  it('does not take copies for proof', async () => {
    // Each photo five times: learnt from one copy, another would be recognised by its size in bytes.
    const copied = (label: number) =>
      some(40, label).flatMap(one =>
        Array.from({ length: 5 }, (_, k) => ({ ...one, path: `${k} ${one.path}` })),
      )
    const found = await findShortcuts({ labels: ['cat', 'dog'], photos: [...copied(0), ...copied(1)] })
    for (const { interval, property } of found) expect(interval[0], property).toBeLessThan(0.55)
  })

  it.each<[string, Given, Given]>([
    ['format', { format: 'png', quantisation: null, subsampling: null }, {}],
    ['quantisation', { quantisation: 3.5 }, { quantisation: 9.25 }],
    ['subsampling', { subsampling: '4:4:4' }, {}],
    ['exif', { hasExif: true }, { hasExif: false }],
    ['exif', { hasProfile: true }, {}],
    ['file-size', { bytes: 5000 }, {}],
  ])('tells of %s', async (property, first, second) => {
    const photos = [...some(40, 0, () => first), ...some(40, 1, () => second)]
    const found = await findShortcuts({ labels: ['cat', 'dog'], photos })
    expect(aucOf(found, property)).toBeGreaterThan(0.97)
  })

  it('tells each of several classes from the rest, and leaves out those of too few photos', async () => {
    const photos = [
      ...some(40, 0),
      ...some(40, 1, () => ({ format: 'webp', quantisation: null, subsampling: null })),
      ...some(40, 2),
      ...some(4, 3, () => ({ width: 10 })),
    ]
    const found = await findShortcuts({ labels: ['ant', 'bee', 'cat', 'dog'], photos })
    expect(new Set(found.map(one => one.class))).toEqual(new Set(['ant', 'bee', 'cat']))
    const words = shortcutWords(found, 4).filter(({ auc }) => auc > 0.9)
    expect(words.map(one => one.class)).toEqual(['bee'])
    expect(words[0].message).toMatch(/alone tells "bee" from the rest \(AUC 1\.00\)/)
  })

  it('looks closely at those of many classes that something tells from the rest', async () => {
    const labels = Array.from({ length: 24 }, (_, k) => `class ${k}`)
    const photos = labels.flatMap((_, k) =>
      some(14, k, () => (k === 5 ? { format: 'png', quantisation: null, subsampling: null } : {})),
    )
    const found = await findShortcuts({ labels, photos }, { headersOnly: true })
    expect(new Set(found.map(one => one.class)).size).toBe(24)
    expect(found.find(one => one.class === 'class 5' && one.property === 'format')?.auc).toBeGreaterThan(0.95)
    expect(shortcutLine(found, 24)).toMatch(/tells "class 5" from the rest/)
  })

  it('knows what pictures look like, and that it may be the subject', async () => {
    const coloured = (label: number, red: number) =>
      some(60, label).map(one => ({ ...one, looks: looks(red + random.integer(60)) }))
    const photos = [...coloured(0, 150), ...coloured(1, 60)]
    const found = await findShortcuts({ labels: ['rose', 'leaf'], photos })
    expect(aucOf(found, 'colour')).toBeGreaterThan(0.97)
    expect(aucOf(found, 'background')).toBeGreaterThan(0.97)
    expect(aucOf(found, 'all')).toBeGreaterThan(0.97)
    expect(shortcutWords(found, 2).map(({ certain }) => certain)).toEqual([false])
    expect(shortcutWords(found, 2)[0].message).toMatch(/It may be the subject itself/)
    expect(shortcutLine(found, 2)).toBeUndefined()
    const files = await findShortcuts({ labels: ['rose', 'leaf'], photos }, { headersOnly: true })
    expect(files.map(one => one.property)).not.toContain('colour')
  })

  it('says nothing of one class, or of photos without headers', async () => {
    expect(await findShortcuts({ labels: ['cat'], photos: some(50, 0) })).toEqual([])
    const lost = [...some(50, 0), ...some(50, 1)].map(one => ({ ...one, header: null }))
    expect(await findShortcuts({ labels: ['cat', 'dog'], photos: lost })).toEqual([])
  })

  it('finds the same again', async () => {
    const photos = [...some(60, 0), ...some(60, 1, () => ({ width: 640 }))]
    const data = { labels: ['cat', 'dog'], photos }
    expect(await findShortcuts(data)).toEqual(await findShortcuts(data))
  })
})

function looks(red: number): ShortcutPhoto['looks'] {
  const edge = Array.from({ length: 36 }, (_, i) => (i % 3 === 0 ? red : 100) + random.integer(30))
  return {
    phash: '',
    innerPhash: '',
    border: 0,
    luminance: { mean: 100, p1: 0, p5: 10, p95: 200, p99: 250 },
    sharpness: 20 + random.integer(10),
    detail: [],
    entropy: 7,
    colours: 1000,
    palette: null,
    light: { paper: 0, full: [0, 0, 0], even: 0, detail: 0, median: 100 },
    chroma: 100,
    colour: [red, 100 + random.integer(20), 100 + random.integer(20)],
    edge,
  }
}
