import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import sharp, { type Metadata } from 'sharp'
import { describe, expect, it } from 'vitest'
import { writeTree } from '../../test/support/files.js'
import { drawing } from '../../test/support/photos.js'
import { undoFolder } from '../files/index.js'
import type { CheckedData, CheckedPhoto } from './check.js'
import type { Finding } from './finding.js'
import { putRight } from './put-right.js'

/** Photos by their headers; what they look like matters to nothing here. */
async function open(root: string): Promise<CheckedData> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => /^(train|valid)\//.test(path) && statSync(join(root, path)).isFile())
    .sort()
  const labels = ['ball', 'wave']
  const photos = await Promise.all(
    paths.map(async (path): Promise<CheckedPhoto> => {
      const bytes = readFileSync(join(root, path))
      const header = await sharp(bytes)
        .metadata()
        .catch(() => undefined)
      const [split, label] = path.split('/')
      const { luma, subsampling } = await quantisation(bytes, header)
      return {
        path,
        label: labels.indexOf(label),
        split: split === 'train' ? 'train' : 'valid',
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        row: undefined,
        facts: {
          header:
            header === undefined
              ? null
              : {
                  format: header.format,
                  width: header.autoOrient.width,
                  height: header.autoOrient.height,
                  frames: 1,
                  orientation: header.orientation ?? 1,
                  quantisation: luma,
                  subsampling,
                  hasEnd: true,
                  hasExif: header.exif !== undefined,
                  hasProfile: header.icc !== undefined,
                  hasPlace: false,
                  names: [],
                  takenAt: null,
                },
          looks: null,
          problem: header ? null : { kind: 'damaged', message: 'damaged' },
        },
      }
    }),
  )
  return { root, labels, photos }
}

/** Mean of the first quantisation table, found by its marker. */
async function quantisation(bytes: Buffer, header: Metadata | undefined) {
  const at = header?.format === 'jpeg' ? bytes.indexOf(Buffer.from([0xff, 0xdb])) : -1
  if (at < 0) return { luma: null, subsampling: null }
  const table = bytes.subarray(at + 5, at + 69)
  return {
    luma: table.reduce((sum, value) => sum + value, 0) / 64,
    subsampling: header?.chromaSubsampling ?? null,
  }
}

const finding = (check: string, ...photos: string[]): Finding => ({
  check,
  photos,
  certain: true,
  message: '',
  weight: 0,
})

/** Everything in a folder but the journal, by its bytes. */
function treeOf(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    path => statSync(join(root, path)).isFile() && path !== 'journal.jsonl',
  )
  return Object.fromEntries(
    files.sort().map(path => [path.replaceAll('\\', '/'), readFileSync(join(root, path)).toString('base64')]),
  )
}

const by = 'library' as const

async function put(root: string, findings: readonly Finding[], what: { fix?: boolean; evenOut?: boolean }) {
  return putRight(await open(root), findings, { ...what, by, reopen: () => open(root) })
}

describe('--fix', () => {
  const rows =
    '{"file_name": "train/ball/1.png", "title": "train/ball/2.png"}\n{"file_name": "train/ball/2.png", "n": 1.0}\n{"file_name": "train/ball/2 copy.png"}\n'

  it('sets copies and what cannot be read aside, renames, keeps tables in step, and is taken back exactly', async () => {
    const [a, b] = [await drawing('ball', 1), await drawing('ball', 2)]
    const root = writeTree({
      'train/ball/1.png': a,
      'train/ball/2.png': b,
      'train/ball/2 copy.png': b,
      'valid/ball/9.png': a,
      'train/wave/1.png': await drawing('wave', 1, { format: 'jpeg' }),
      'train/wave/1.jpg': await drawing('wave', 2, { format: 'jpeg' }),
      'train/wave/broken.jpg': 'no photo',
      'metadata.jsonl': rows,
      'notes.csv': 'file,who\r\n"train/wave/1.png","Ana, Eva"\r\ntrain/wave/1.jpg,Bo\r\n',
    })
    const before = treeOf(root)
    const findings = [
      finding('exact-copies', 'train/ball/1.png', 'valid/ball/9.png'),
      finding('exact-copies', 'train/ball/2 copy.png', 'train/ball/2.png'),
      finding('unreadable', 'train/wave/broken.jpg'),
      finding('extension', 'train/wave/1.png'),
    ]
    const { fix } = await put(root, findings, { fix: true })
    expect(fix).toMatchObject({
      setAside: [
        {
          photo: 'train/ball/1.png',
          to: 'set-aside/exact-copies/train/ball/1.png',
          stays: 'valid/ball/9.png',
        },
        { photo: 'train/ball/2 copy.png', stays: 'train/ball/2.png' },
        { photo: 'train/wave/broken.jpg', to: 'set-aside/unreadable/train/wave/broken.jpg', stays: null },
      ],
      renamed: [{ photo: 'train/wave/1.png', to: 'train/wave/1 (2).jpg' }],
      left: [],
      notices: [],
    })
    expect(readFileSync(join(root, 'metadata.jsonl'), 'utf8')).toBe(
      '{"file_name": "train/ball/2.png", "n": 1.0}\n',
    )
    expect(readFileSync(join(root, 'notes.csv'), 'utf8')).toBe(
      'file,who\r\n"train/wave/1 (2).jpg","Ana, Eva"\r\ntrain/wave/1.jpg,Bo\r\n',
    )
    expect((await undoFolder(root, { by })).left).toEqual([])
    expect(treeOf(root)).toEqual(before)
  })

  it('says where a class loses its last photo, and leaves copies in two classes to a person', async () => {
    const a = await drawing('ball', 1)
    const root = writeTree({
      'train/ball/1.png': a,
      'train/wave/1.png': a,
      'train/wave/2.jpg': 'none',
      'valid/wave/3.jpg': 'no',
    })
    const { fix } = await put(
      root,
      [
        finding('exact-copies', 'train/ball/1.png', 'train/wave/1.png'),
        finding('unreadable', 'valid/wave/3.jpg'),
        { ...finding('unreadable', 'train/wave/2.jpg'), certain: false },
      ],
      { fix: true },
    )
    expect(fix?.setAside.map(({ photo }) => photo)).toEqual(['valid/wave/3.jpg'])
    expect(fix?.left[0].reason).toMatch(/lies in the classes "ball" and "wave": say which is right/)
    expect(fix?.notices).toEqual(['All of "wave" in valid is set aside: 1 photo, none is left there.'])
  })
})

describe('--even-out', () => {
  it('makes sizes, compression and metadata alike, no worse than the worse class, and is taken back exactly', async () => {
    const files: Record<string, Buffer> = {}
    for (let i = 1; i <= 12; i++) {
      const large = sharp(await drawing('ball', i, { side: 130 + 20 * i })).resize(
        200 + 20 * i,
        150 + 10 * i,
        { fit: 'fill' },
      )
      files[`train/ball/${i}.${i % 3 === 0 ? 'png' : 'jpg'}`] =
        i % 3 === 0
          ? await large.png().toBuffer()
          : await large
              .withExif({ IFD0: { Artist: 'Ana' } })
              .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
              .toBuffer()
      files[`train/wave/${i}.jpg`] = await sharp(await drawing('wave', i))
        .resize(120, 120, { fit: 'fill' })
        .jpeg({ quality: 75 })
        .toBuffer()
    }
    files['metadata.jsonl'] = Buffer.from('{"file_name": "train/ball/3.png", "width": 260, "height": 180}\n')
    const root = writeTree(files)
    const before = treeOf(root)
    const { evenOut } = await put(root, [], { evenOut: true })
    expect(evenOut).toMatchObject({
      plan: { aspect: 1, side: 120, format: 'jpeg', quality: 75, subsampling: '4:2:0' },
      photos: 24,
      left: [],
    })
    const { photos } = await open(root)
    const headers = photos.map(({ facts }) => JSON.stringify(facts.header))
    expect(new Set(headers).size).toBe(1)
    expect(photos.map(({ path }) => path)).toContain('train/ball/3.jpg')
    expect(readFileSync(join(root, 'metadata.jsonl'), 'utf8')).toBe(
      '{"file_name":"train/ball/3.jpg","width":120,"height":120}\n',
    )
    // What was as it should be is hardly touched by being written again.
    const pixels = (path: Buffer | string) => sharp(path).raw().toBuffer()
    const [was, now] = [await pixels(files['train/wave/5.jpg']), await pixels(join(root, 'train/wave/5.jpg'))]
    const mean = was.reduce((sum, value, i) => sum + Math.abs(value - now[i]), 0) / was.length
    expect(mean).toBeLessThan(1.5)
    const evened = treeOf(root)
    expect((await put(root, [], { evenOut: true })).operation).toBeNull()
    expect((await undoFolder(root, { by })).left).toEqual([])
    expect(treeOf(root)).toEqual(before)
    await put(root, [], { evenOut: true })
    expect(treeOf(root)).toEqual(evened)
  })
})
