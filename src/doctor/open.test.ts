import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { scene } from '../../test/support/scenes.js'
import { openCheckedData } from './open.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'chiquito-open-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function put(name: string, bytes: Uint8Array | string): void {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
  writeFileSync(path.join(root, name), bytes)
}

const open = (folder = root) => openCheckedData(folder, { cache: false })

describe('openCheckedData', () => {
  it('opens a folder of photos as one class, named like it', async () => {
    put('cats/1.jpg', await scene(1))
    put('cats/2.jpg', await scene(2))
    const data = await open(path.join(root, 'cats'))
    expect(data).toMatchObject({ labels: ['cats'], notices: [] })
    expect(data.photos.map(({ path, label, split }) => ({ path, label, split }))).toEqual([
      { path: '1.jpg', label: 0, split: undefined },
      { path: '2.jpg', label: 0, split: undefined },
    ])
    expect(data.photos[0].facts).toMatchObject({
      header: { format: 'jpeg', width: 320, height: 240, frames: 1, orientation: 1, hasEnd: true },
      problem: null,
    })
  })

  it('opens what training would refuse: one class, and parts that lack classes', async () => {
    put('train/cat/1.jpg', await scene(1))
    put('valid/dog/2.jpg', await scene(2))
    const data = await open()
    expect(data.labels).toEqual(['cat', 'dog'])
    expect(data.photos.map(({ path, split }) => `${path} ${split}`)).toEqual([
      'train/cat/1.jpg train',
      'valid/dog/2.jpg valid',
    ])
  })

  it('says why a photo cannot be used, without its name', async () => {
    put('cat/1.jpg', 'no photo')
    put('cat/2.jpg', (await scene(2)).subarray(0, 2000))
    const { photos } = await open()
    expect(photos.map(({ facts }) => facts.problem)).toMatchObject([
      { kind: 'no-photo', message: expect.stringMatching(/^not an image/) },
      { kind: 'damaged', message: expect.stringMatching(/^the JPEG file is truncated/) },
    ])
    expect(photos[1].facts).toMatchObject({ header: { format: 'jpeg', hasEnd: false }, looks: null })
  })

  it('gives each photo its line of metadata.jsonl, and passes over torn ones', async () => {
    put('cat/1.jpg', await scene(1))
    put('dog/2.jpg', await scene(2))
    put('metadata.jsonl', '{"file_name":"cat/1.jpg","label":"cat","page_url":"outer"}\n{"file_name":"dog/2')
    put('dog/metadata.jsonl', '{"file_name":"2.jpg","label":"dog","page_url":"inner"}\n')
    await expect(open()).rejects.toThrow(/metadata.jsonl line 2: not valid JSON/)
    put('metadata.jsonl', '{"file_name":"cat/1.jpg","label":"cat","page_url":"outer"}\n{"x":1}\n')
    const data = await openCheckedData(root, { cache: false, labelsFrom: 'folders' })
    expect(data.photos.map(({ row }) => row?.page_url)).toEqual(['outer', 'inner'])
    expect(data.notices.join()).toContain('"metadata.jsonl": 1 of its lines')
  })

  it('names what is no data set', async () => {
    await expect(open(path.join(root, 'gone'))).rejects.toThrow(/gone/)
    put('file.jpg', await scene(1))
    await expect(open(path.join(root, 'file.jpg'))).rejects.toThrow(/is a file/)
    mkdirSync(path.join(root, 'empty'))
    await expect(open(path.join(root, 'empty'))).rejects.toThrow(/There is no photo in/)
  })

  it('follows no link out of the folder unless told to', async () => {
    put('outside/1.jpg', await scene(1))
    put('set/cat/2.jpg', await scene(2))
    symlinkSync(path.join(root, 'outside'), path.join(root, 'set', 'dog'))
    const set = path.join(root, 'set')
    const data = await open(set)
    expect(data.photos.map(({ path }) => path)).toEqual(['cat/2.jpg'])
    expect(data.notices.join()).toContain('--follow-links')
    const all = await openCheckedData(set, { cache: false, followLinks: true })
    expect(all.photos.map(({ path }) => path)).toEqual(['cat/2.jpg', 'dog/1.jpg'])
  })

  it('measures a greyscale photo with a border as what it is', async () => {
    const grey = await sharp(await scene(3))
      .greyscale()
      .extend({ top: 40, bottom: 40, left: 40, right: 40, background: '#fff' })
      .png()
      .toBuffer()
    put('1.png', grey)
    const [{ facts }] = (await open()).photos
    expect(facts.looks?.chroma).toBeLessThanOrEqual(1)
    expect(facts.looks?.border).toBeCloseTo(1 - (320 * 240) / (400 * 320), 1)
    expect(facts.looks?.innerPhash).not.toBe(facts.looks?.phash)
  })
})
