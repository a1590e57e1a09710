// `chiquito predict --out`: rows for any number of photos, from folders and lists; what is refused. predict-out-going-on.test.ts cuts it off.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import type { PredictResult } from '../src/actions/predict.js'
import type { PredictOutResult } from '../src/actions/predict-out.js'
import { sha256Of } from '../src/images/index.js'
import { documentOf } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { judgedAlbum, parsedRows, pathsIn, predict, rowsOf } from './support/verdict-rows.js'

const { at, run, album, half } = judgedAlbum()

describe('rows', () => {
  it('are those of predict, with what each file holds, in the same order', async () => {
    const out = path.join(temporaryFolder(), 'v.jsonl')
    const rows = parsedRows(await rowsOf([run, album, half], out))
    const { predictions, unreadable } = documentOf<PredictResult>(await predict([run, album, half, '--json']))
    const [bad] = unreadable
    expect(rows).toEqual([
      ...predictions.map(one => ({ ...one, sha256: sha256Of(readFileSync(one.path)) })),
      { path: half, sha256: sha256Of(readFileSync(half)), error: bad.reason },
    ])
    expect(rows).toHaveLength(7)
  })

  it('are the same for all views of --tta', async () => {
    const out = path.join(temporaryFolder(), 'v.jsonl')
    const rows = parsedRows(await rowsOf([run, album, '--tta', '3'], out))
    const { predictions } = documentOf<PredictResult>(await predict([run, album, '--tta', '3', '--json']))
    expect(rows.map(({ sha256: _, ...row }) => row)).toEqual(predictions)
  })

  it('come to figures: of each label, of neither, and the first that are bad', async () => {
    const folder = temporaryFolder()
    const list = path.join(folder, 'list.txt')
    const bad = Array.from({ length: 30 }, (_, i) => path.join(folder, `gone-${i}.jpg`))
    writeFileSync(list, [at('album', '30.png'), ...bad, half, folder].join('\n'))
    const out = path.join(folder, 'v.jsonl')
    const told = await predict([run, list, '--out', out])
    expect(told.status, told.stderr).toBe(0)
    expect(told.stdout).toMatch(/^33 rows in .*v\.jsonl/)
    expect(told.stdout).toMatch(
      /! 32 of 33 photos could not be judged; their rows say why\. .*there is no such file/,
    )
    const rows = parsedRows(readFileSync(out, 'utf8'))
    expect(rows.filter(({ error }) => error?.includes('there is no such file'))).toHaveLength(30)
    expect(rows.at(-1)).toEqual({ path: folder, sha256: null, error: expect.stringMatching(/folder/) })
    const json = await predict([run, list, '--out', out, '--overwrite', '--json'])
    const result = documentOf<PredictOutResult>(json)
    expect(result).toMatchObject({ photos: 33, unreadable: 32, abstained: expect.any(Number), recalled: 0 })
    expect(result.firstUnreadable).toHaveLength(10)
    expect(Object.values(result.counts).reduce((a, b) => a + b) + result.abstained).toBe(1)
  })

  it('that all say why not make the command fail', async () => {
    const out = path.join(temporaryFolder(), 'v.jsonl')
    expect(await predict([run, half, '--out', out])).toMatchObject({ status: 1 })
    expect(parsedRows(readFileSync(out, 'utf8'))).toMatchObject([{ path: half, error: expect.any(String) }])
  })

  it('are of Parquet where the name says so: the same, with the labels beside them', async () => {
    const folder = temporaryFolder()
    const lines = parsedRows(await rowsOf([run, album, half], path.join(folder, 'v.jsonl')))
    const told = await predict([run, album, half, '--out', path.join(folder, 'v.parquet')])
    expect(told.status, told.stderr).toBe(0)
    const file = new Uint8Array(readFileSync(path.join(folder, 'v.parquet'))).buffer
    const none = { label: null, probabilities: null, known: null, abstained: null, error: null }
    expect(await parquetReadObjects({ file })).toEqual(lines.map(row => ({ ...none, ...row })))
    const { key_value_metadata } = parquetMetadata(file)
    expect(key_value_metadata).toContainEqual({ key: 'chiquito.labels', value: '["ball","wave"]' })
    const model = sha256Of(readFileSync(path.join(run, 'model.onnx')))
    expect(key_value_metadata).toContainEqual({ key: 'chiquito.model', value: model })
  })
})

describe('photos', () => {
  it('are met in a fixed order, without links that lead out or in a circle', async () => {
    const folder = temporaryFolder()
    const photos = path.join(folder, 'photos')
    mkdirSync(path.join(photos, 'b', 'c'), { recursive: true })
    for (const name of ['b/2.png', 'b/c/1.png', 'b/1.png', 'z.png', 'B.png'])
      copyFileSync(at('album', '30.png'), path.join(photos, name))
    symlinkSync('..', path.join(photos, 'b', 'around'))
    symlinkSync('b', path.join(photos, 'a'))
    symlinkSync(album, path.join(photos, 'outside'))
    const found = async (...more: string[]) => {
      const text = await rowsOf([run, photos, ...more, '--overwrite'], path.join(folder, 'v.jsonl'))
      return pathsIn(text).map(name => path.relative(folder, name))
    }
    const own = ['photos/B.png', 'photos/z.png', 'photos/b/1.png', 'photos/b/2.png', 'photos/b/c/1.png']
    expect(await found()).toEqual(own)
    const names = ['30.png', '31.png', '32.png', 'at sea ñ/30.jpeg', 'at sea ñ/31.jpeg', 'at sea ñ/32.jpeg']
    expect(await found('--follow-links')).toEqual([...own, ...names.map(name => `photos/outside/${name}`)])
  })

  it('come from lists of every kind, as they stand there', async () => {
    const folder = temporaryFolder()
    const [a, b] = ['30.png', 'at sea ñ/31.jpeg']
    const json = JSON.stringify({ id: 1, path: b })
    const lists = writeTree(
      {
        'a.txt': `${a}\r\n\r\n${b}`,
        'utf16.txt': Buffer.from(`\ufeff${a}\r\n${b}\r\n`, 'utf16le'),
        'a.csv': `id;path\n1;${a}\n2;"${b}"\n;\n\n`,
        'a.tsv': `path\tid\n${a}\t1\n${b}\t2\n`,
        'a.jsonl': `{"path":"${a}"}\n${json}\n`,
        'a-list': `${a}\n${b}\n`,
      },
      folder,
    )
    const named = ['a.txt', 'utf16.txt', 'a.csv', 'a.tsv', 'a.jsonl'].map(name => path.join(lists, name))
    const out = path.join(folder, 'v.jsonl')
    const asked = [run, ...named, '--list', path.join(lists, 'a-list'), '-']
    const text = await rowsOf(asked, out, { cwd: album, input: Buffer.from(`${a}\n${b}`) })
    expect(pathsIn(text)).toEqual([...named, 'a-list', '-'].flatMap(() => [a, b]))
    // What was written is a list, too.
    const again = path.join(folder, 'again.jsonl')
    expect(pathsIn(await rowsOf([run, out], again, { cwd: album }))).toEqual(pathsIn(text))
  })
})

describe('a file', () => {
  const refusals: [string, (folder: string) => readonly string[], RegExp][] = [
    [
      'of another kind',
      f => [album, '--out', `${f}/v.csv`],
      /--out must be a name that ends in \.jsonl or \.parquet/,
    ],
    ['that is a photo', f => [album, '--out', `${f}/1.jpg`], /ends in \.jsonl or \.parquet/],
    ['in no folder', f => [album, '--out', `${f}/none/v.jsonl`], /there is no such file or folder/],
    ['that is there', f => [album, '--out', `${f}/there.jsonl`], /is there already.* --overwrite/],
    [
      'that is a photo by what it holds',
      f => [album, '--overwrite', '--out', `${f}/photo.jsonl`],
      /is no file of verdicts/,
    ],
    ['that is a folder', f => [album, '--overwrite', '--out', `${f}/folder.jsonl`], /it is a folder/],
    ['that is read', f => [`${f}/there.jsonl`, '--overwrite', '--out', `${f}/there.jsonl`], /is read from/],
    [
      'that is read by a link',
      f => [`${f}/link.jsonl`, '--overwrite', '--out', `${f}/there.jsonl`],
      /is read from/,
    ],
    [
      'for which the queue is nowhere',
      f => [album, '--out', `${f}/v.jsonl`, '--queue', 'http://127.0.0.1:1', '--store', f],
      /--queue must be/,
    ],
    ['whose place is taken', f => [album, '--out', `${f}/taken.jsonl`], /holds other things, such as "mine"/],
    [
      'for which there is no photo',
      f => ['nothing.jpg', '--out', `${f}/v.jsonl`],
      /There is no photo, folder or list "nothing\.jpg"/,
    ],
    [
      'for which a list holds no photo',
      f => [`${f}/empty.txt`, '--out', `${f}/v.jsonl`],
      /There is no photo to judge: none is in ".*empty\.txt"/,
    ],
    ['for which nothing is given', f => ['--out', `${f}/v.jsonl`], /There is no photo to judge/],
    [
      'for which there is no list',
      f => ['gone.txt', '--out', `${f}/v.jsonl`],
      /"gone\.txt" is not there, so it is no list/,
    ],
    [
      'with pictures beside',
      f => [album, '--explain', `${f}/why`, '--out', `${f}/v.jsonl`],
      /--explain .* not for --out/,
    ],
    [
      'from a photo as a list',
      f => ['--list', at('album', '30.png'), '--out', `${f}/v.jsonl`],
      /line \d+: expected the path of a photo, got/,
    ],
    [
      'from a table without paths',
      f => [`${f}/names.csv`, '--out', `${f}/v.jsonl`],
      /has no column "path": its first line is "name,size"/,
    ],
    [
      'from a row without a path',
      f => [`${f}/gaps.csv`, '--out', `${f}/v.jsonl`],
      /gaps\.csv line 3: expected the path of a photo, got ""/,
    ],
    [
      'from lines that are no JSON',
      f => [`${f}/bad.jsonl`, '--out', `${f}/v.jsonl`],
      /bad\.jsonl" line 2: expected JSON with a path/,
    ],
    ['that is left out', f => [album, '--list', `${f}/names.csv`], /--list goes with --out/],
    ['that is left out, too', () => [album, '--overwrite'], /--overwrite goes with --out/],
  ]
  it('for which nothing comes on standard input is refused', async () => {
    const out = path.join(temporaryFolder(), 'v.jsonl')
    const told = await predict([run, '-', '--out', out], {})
    expect([told.status, existsSync(out)]).toEqual([2, false])
    expect(told.stderr).toContain('There is no photo to judge: none is in the list on standard input.')
  })

  it.each(refusals)('%s is refused before any work', async (_, args, why) => {
    const folder = writeTree({
      'there.jsonl': '{"path":"1.jpg"}\n',
      'photo.jsonl': readFileSync(at('album', '30.png')),
      'folder.jsonl/1': '',
      'taken.jsonl.part/mine': '',
      'names.csv': 'name,size\na,1\n',
      'gaps.csv': 'name,path\na,1.jpg\nb,\n',
      'empty.txt': '\n\n',
      'bad.jsonl': '{"path":"1.jpg"}\n1.jpg\n',
    })
    symlinkSync('there.jsonl', path.join(folder, 'link.jsonl'))
    const before = readdirSync(folder, { recursive: true })
    const told = await predict([run, ...args(folder)])
    expect([1, 2], told.stderr).toContain(told.status)
    expect(told.stderr).toMatch(why)
    expect(readdirSync(folder, { recursive: true })).toEqual(before)
    expect(existsSync(path.join(folder, 'v.jsonl'))).toBe(false)
  })
})
