import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fail, flat, oddity } from '../../test/support/datasets.js'
import { asNobody, canDropRights, photos, temporaryFolder, writeTree } from '../../test/support/files.js'
import type { Dataset } from './dataset.js'
import { exactCopies, leaks, openDataset } from './index.js'

const divided = {
  ...photos('train/cat', 3),
  ...photos('train/dog', 3),
  ...photos('valid/cat', 1),
  ...photos('valid/dog', 2),
}

/** Photos `1.jpg`, `2.jpg`, … whose content is a letter and their number: the same letter, the same photos. */
function lettered(folder: string, count: number, letter: string): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`${folder}/${i + 1}.jpg`, `${letter}${i + 1}`]),
  )
}

function paths(data: Dataset, split: string): string[] {
  return data.photos.filter(photo => photo.split === split).map(photo => photo.path)
}

describe('folders', () => {
  it('reads train and valid with labels by name', async () => {
    const data = await openDataset(writeTree(divided))
    expect(data.labels).toEqual(['cat', 'dog'])
    expect(data.split).toEqual({ by: 'folders' })
    expect(paths(data, 'valid')).toEqual(['valid/cat/1.jpg', 'valid/dog/1.jpg', 'valid/dog/2.jpg'])
    expect(data.photos.find(photo => photo.path === 'train/dog/2.jpg')).toEqual({
      path: 'train/dog/2.jpg',
      label: 1,
      split: 'train',
      bytes: 'photo 2 of train/dog'.length,
      sha256: createHash('sha256').update('photo 2 of train/dog').digest('hex'),
    })
    expect(data.oddities).toEqual([])
    expect(data.notices).toEqual([])
  })

  it.each([
    ['TRAIN', 'Val', 'Testing'],
    ['training', 'validation', 'eval'],
    ['Training', 'dev', 'evaluation'],
  ])('knows %s, %s and %s', async (train, valid, test) => {
    const data = await openDataset(
      writeTree({
        ...photos(`${train}/a`, 1),
        ...photos(`${train}/b`, 1),
        ...photos(`${valid}/a`, 1),
        ...photos(`${valid}/b`, 1),
        ...photos(`${test}/a`, 1),
        ...photos(`${test}/b`, 1),
      }),
    )
    expect(['train', 'valid', 'test'].map(split => paths(data, split).length)).toEqual([2, 2, 2])
  })

  it('divides flat class folders by seed, the same way each time', async () => {
    const root = writeTree(flat)
    const data = await openDataset(root, { seed: 3, validFraction: 0.25 })
    expect(data.split).toMatchObject({ by: 'seed', seed: 3, validFraction: 0.25 })
    expect(paths(data, 'valid').filter(path => path.startsWith('cat/'))).toHaveLength(1)
    expect(paths(data, 'valid').filter(path => path.startsWith('dog/'))).toHaveLength(2)
    expect(await openDataset(root, { seed: 3, validFraction: 0.25 })).toEqual(data)
    const again = await openDataset(root, { split: data.split, seed: 99 })
    expect(again.photos).toEqual(data.photos)
    expect(again.notices).toEqual([])
  })

  it('says what changed when a recorded division is made again', async () => {
    const root = writeTree(flat)
    const { split } = await openDataset(root)
    if (split.by !== 'seed') throw new Error('divided by seed expected')
    writeTree(
      { 'cat/new.jpg': 'new', 'cat/copy.jpg': `photo ${split.valid[0].match(/\d/)?.[0]} of cat` },
      root,
    )
    const again = await openDataset(root, { split: { ...split, train: [...split.train, 'cat/gone.jpg'] } })
    expect(paths(again, 'valid')).toContain('cat/copy.jpg')
    expect(paths(again, 'train')).toContain('cat/new.jpg')
    expect(again.notices).toEqual([
      '2 photos are new since the data set was divided: learnt from, unless an exact copy is measured on.',
      '1 photo is gone since the data set was divided.',
    ])
  })

  it('refuses a recorded division that the folders contradict', async () => {
    await expect(openDataset(writeTree(flat), { split: { by: 'folders' } })).rejects.toThrow(/valid folder/)
  })

  it('makes the valid part from train when there is none, and leaves test alone', async () => {
    const data = await openDataset(
      writeTree({
        ...photos('train/a', 5),
        ...photos('train/b', 5),
        ...photos('test/a', 2),
        ...photos('test/b', 2),
      }),
    )
    expect(['train', 'valid', 'test'].map(split => paths(data, split).length)).toEqual([8, 2, 4])
  })

  it('takes everything for test when nothing is to be learnt', async () => {
    const data = await openDataset(writeTree(photos('cat', 2)), { split: 'none' })
    expect(paths(data, 'test')).toHaveLength(2)
    expect(data.split).toEqual({ by: 'none' })
  })

  it('enters folders that only wrap the data set', async () => {
    const wrapped = Object.entries(divided).map(([path, content]) => [`dataset/dataset/${path}`, content])
    const data = await openDataset(
      writeTree({ ...Object.fromEntries(wrapped), '__MACOSX/dataset/._1.jpg': 'x', 'dataset.zip': 'PK' }),
    )
    expect(data.root.endsWith(join('dataset', 'dataset'))).toBe(true)
    expect(data.photos[0].path).toBe('train/cat/1.jpg')
    expect(data.notices).toEqual([`Everything lies in "${data.root}": reading the data set there.`])
  })

  it('gathers sub-folders of a class folder', async () => {
    const data = await openDataset(
      writeTree({ ...flat, 'dog/Ann_Lee/Ann_Lee_0001.jpg': 'x', 'dog/Bo/deep/er/1': 'y' }),
    )
    expect(data.photos.filter(photo => photo.label === 1)).toHaveLength(8)
    expect(data.photos.map(photo => photo.path)).toContain('dog/Bo/deep/er/1')
  })

  it('takes any file for a photo that is not plainly something else, and counts the others', async () => {
    const data = await openDataset(
      writeTree({
        ...flat,
        'cat/226. pic.asp': 'a',
        'cat/noextension': 'b',
        'cat/foto%20ñandú@2x.JPEG': 'c',
        'cat/notes.TXT': '',
        'cat/.DS_Store': '',
        'cat/Thumbs.db': '',
        'cat/.hidden/1.jpg': '',
        '__MACOSX/cat/1.jpg': '',
        'README.md': '',
        'loose.jpg': '',
        'out/run.json': '{"format": "chiquito-run"}',
        'out/figures/1.png': '',
      }),
    )
    expect(data.photos).toHaveLength(13)
    expect(data.oddities.map(({ kind, count, examples }) => [kind, count, examples])).toEqual([
      ['hidden', 2, ['cat/.DS_Store', 'cat/.hidden']],
      ['system', 2, ['__MACOSX', 'cat/Thumbs.db']],
      ['other-file', 2, ['README.md', 'cat/notes.TXT']],
      ['run', 1, ['out']],
      ['outside', 1, ['loose.jpg']],
    ])
  })

  it('treats train as a class when it holds photos only', async () => {
    const data = await openDataset(writeTree({ ...photos('train', 3), ...photos('bus', 3) }))
    expect(data.labels).toEqual(['bus', 'train'])
  })

  it('compares names in composed form, as macOS decomposes them', async () => {
    const data = await openDataset(
      writeTree({
        ...photos(`train/${'niño'.normalize('NFC')}`, 1),
        ...photos('train/x', 1),
        ...photos(`valid/${'niño'.normalize('NFD')}`, 1),
        ...photos('valid/x', 1),
      }),
    )
    expect(data.labels).toEqual(['niño'.normalize('NFC'), 'x'])
  })

  it('leaves a test folder without classes out, and says so', async () => {
    const data = await openDataset(writeTree({ ...divided, ...photos('test', 3) }))
    expect(paths(data, 'test')).toEqual([])
    expect(data.notices.join()).toContain('"test" has no class folders')
    expect(oddity(data, 'unlabelled')?.count).toBe(3)
  })

  it('notices copies in different classes', async () => {
    const data = await openDataset(writeTree({ ...flat, 'cat/same.jpg': 'same', 'dog/same.jpg': 'same' }))
    expect(data.notices.join()).toContain('"cat/same.jpg" and "dog/same.jpg"')
  })
})

describe('what is no data set', () => {
  it('names a folder that does not exist', async () => {
    const root = join(temporaryFolder(), 'nothing')
    await expect(openDataset(root)).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining(root),
    })
  })

  it('refuses a file', async () => {
    const root = writeTree({ 'photos.zip': 'PK' })
    await expect(openDataset(join(root, 'photos.zip'))).rejects.toThrow(/is a file. Give a folder/)
  })

  it.each<[string, Record<string, string>, RegExp]>([
    ['no photos at all', { 'readme.txt': '' }, /has no class folders/],
    ['photos without class folders', { '1.jpg': 'a', '2.jpg': 'b' }, /has no class folders/],
    ['one class', photos('cat', 5), /only one class, "cat"/],
    ['different classes', { ...divided, ...photos('valid/cow', 1) }, /only "valid" has "cow"/],
    ['unknown test classes', { ...divided, ...photos('test/cow', 1) }, /training photos lack: "cow"/],
    [
      'two folders for one part',
      { ...divided, ...photos('val/cat', 1) },
      /"val" and "valid" both mean valid/,
    ],
    ['valid without train', { ...photos('valid/a', 2), ...photos('valid/b', 2) }, /no "train" folder/],
    [
      'train that may be a part or a class',
      { ...photos('train/a', 2), ...photos('other', 2) },
      /may be a part .* or a class/,
    ],
    [
      'valid without class folders',
      { ...photos('train/a', 2), ...photos('train/b', 2), 'valid/1.jpg': '' },
      /"valid" has no class folders/,
    ],
    [
      'one photo a class',
      { 'cat/1.jpg': 'a', 'dog/1.jpg': 'b' },
      /No class has two different photos, .* "cat" and "dog" have one each/,
    ],
    [
      'classes of copies',
      { 'cat/1.jpg': 'a', 'cat/2.jpg': 'a', 'dog/1.jpg': 'b', 'pig/1.jpg': 'c' },
      /No class has two different photos \(exact copies, and others that belong together, count once\), .* "cat" and the other 2 have one each/,
    ],
    [
      'one photo all over',
      { 'cat/1.jpg': 'a', 'cat/2.jpg': 'a', 'dog/1.jpg': 'a' },
      /All 3 photos to learn from are exact copies of one, "cat\/1.jpg"/,
    ],
    [
      'a class that is another',
      { ...lettered('cat', 3, 'a'), ...lettered('felines', 3, 'a'), ...lettered('dog', 4, 'b') },
      /Class "felines" has no photo of its own: each of its 3 photos lies in "cat" too, .* copy of "cat\/1.jpg"/,
    ],
    [
      'a class that lies in two others',
      {
        ...lettered('train/cat', 3, 'a'),
        ...lettered('train/dog', 3, 'b'),
        'train/all/1.jpg': 'a1',
        'train/all/2.jpg': 'b2',
        ...Object.assign({}, ...['all', 'cat', 'dog'].map(one => photos(`valid/${one}`, 1))),
      },
      /Class "all" has no photo of its own: each of its 2 photos lies in "cat", "dog" too/,
    ],
  ])('says what is wrong with %s', async (_, files, message) => {
    expect(await fail(files)).toMatch(message)
  })

  it('learns from a class of one photo, and says that it is not measured', async () => {
    const data = await openDataset(
      writeTree({ ...flat, 'cow/1.jpg': 'moo', 'cow/2.jpg': 'moo', 'pig/1.jpg': 'oink' }),
    )
    expect(data.photos.filter(({ label }) => data.labels[label] === 'cow')).toMatchObject([
      { split: 'train' },
      { split: 'train' },
    ])
    expect(data.notices).toEqual([
      expect.stringMatching(/^2 classes \("cow", "pig"\) have one photo each: it is learnt from/),
    ])
  })

  it.skipIf(!canDropRights)('names a folder and files that may not be read', async () => {
    const root = writeTree({ ...flat, 'dog/secret.jpg': 'x' })
    chmodSync(join(root, 'dog/secret.jpg'), 0)
    const data = await asNobody(() => openDataset(root))
    expect(oddity(data, 'forbidden')).toMatchObject({ count: 1, examples: ['dog/secret.jpg'] })
    chmodSync(join(root, 'cat'), 0)
    await expect(asNobody(() => openDataset(root))).rejects.toThrow(
      /Cannot read the folder ".*cat": permission denied/,
    )
    chmodSync(join(root, 'cat'), 0o755)
    for (const name of [1, 2, 3, 4]) chmodSync(join(root, `cat/${name}.jpg`), 0)
    await expect(asNobody(() => openDataset(root))).rejects.toThrow(/"cat" has files but none can be read/)
  })

  it('stops when asked', async () => {
    await expect(openDataset(writeTree(flat), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'interrupted',
    })
  })
})

describe.skipIf(process.platform === 'win32')('links and other files', () => {
  it('follows links inside the data set only', async () => {
    const outside = writeTree({ 'private.jpg': 'secret', 'folder/1.jpg': 'secret too' })
    const root = writeTree(flat)
    symlinkSync(join(outside, 'private.jpg'), join(root, 'cat/out.jpg'))
    symlinkSync(join(outside, 'folder'), join(root, 'stranger'))
    symlinkSync('../dog/1.jpg', join(root, 'cat/in.jpg'))
    symlinkSync('nowhere', join(root, 'cat/broken.jpg'))
    symlinkSync('self', join(root, 'cat/self'))
    symlinkSync('..', join(root, 'cat/up'))
    symlinkSync('.', join(root, 'dog/here'))
    execFileSync('mkfifo', [join(root, 'cat/pipe.jpg')])
    const data = await openDataset(root)
    expect(data.photos).toHaveLength(11)
    expect(data.oddities.map(({ kind, count, examples }) => [kind, count, examples])).toEqual([
      ['link-outside', 2, ['stranger', 'cat/out.jpg']],
      ['broken-link', 1, ['cat/broken.jpg']],
      ['link-loop', 3, ['cat/self', 'cat/up', 'dog/here']],
      ['special', 1, ['cat/pipe.jpg']],
    ])
    writeTree({ 'folder/2.jpg': 'and more' }, outside)
    const all = await openDataset(root, { followLinks: true })
    expect(all.labels).toEqual(['cat', 'dog', 'stranger'])
    expect(all.photos).toHaveLength(14)
  })

  it('opens a data set through a link', async () => {
    const link = join(temporaryFolder(), 'link')
    symlinkSync(writeTree(flat), link)
    expect((await openDataset(link)).photos).toHaveLength(10)
  })

  it('counts names that are not UTF-8', async () => {
    const root = writeTree(flat)
    writeFileSync(Buffer.concat([Buffer.from(join(root, 'cat/')), Buffer.from([0xf1, 0x2e, 0x6a])]), 'x')
    mkdirSync(Buffer.concat([Buffer.from(root), Buffer.from([0x2f, 0xf1])]))
    const data = await openDataset(root)
    expect(data.photos).toHaveLength(10)
    expect(oddity(data, 'bad-name')?.count).toBe(2)
  })
})

const chiquito = resolve('../shared/datasets/chiquito')
describe.skipIf(!existsSync(chiquito))('the photos of the article (skipped where they are absent)', () => {
  it('has 540, two leaks and four pairs within train', async () => {
    const data = await openDataset(chiquito)
    expect(data.labels).toEqual(['chiquito', 'not'])
    expect(data.photos).toHaveLength(540)
    expect(data.oddities).toEqual([])
    const counts = [0, 1].flatMap(label =>
      ['train', 'valid'].map(split => data.photos.filter(p => p.label === label && p.split === split).length),
    )
    expect(counts).toEqual([220, 50, 220, 50])
    expect(leaks(data.photos).map(({ train, held }) => [train, held])).toEqual([
      ['train/chiquito/17. chiquito-de-la-calzada_detalle_articulo.jpg', 'valid/chiquito/102. chiquito.jpg'],
      ['train/chiquito/40. chiquito-1.jpg', 'valid/chiquito/46. chiquito.jpg'],
    ])
    const inTrain = exactCopies(data.photos.filter(photo => photo.split === 'train'))
    expect(inTrain.map(group => group.length)).toEqual([2, 2, 2, 2])
  })
})
