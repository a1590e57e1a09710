// `chiquito predict --out`: rows for any number of photos, killed at any place and gone on with.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PredictResult } from '../src/actions/predict.js'
import type { PredictOutResult } from '../src/actions/predict-out.js'
import { RandomStream } from '../src/core/index.js'
import { sha256Of } from '../src/images/index.js'
import { chiquito, documentOf, type RunOptions } from './support/chiquito.js'
import { resizeDisk, smallDisk, temporaryFolder, writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'
import { smallRuns } from './support/small-runs.js'

const { at, trained } = smallRuns()
const run = trained('run')
const other = trained('other', ['--seed', '7'])
const album = at('album')
const half = at('half.jpg')

interface Row {
  readonly path: string
  readonly sha256: string | null
  readonly label?: string
  readonly error?: string
}

beforeAll(async () => {
  writeTree(
    {
      ...(await drawings('album', 'ball', 3, { from: 30 })),
      ...(await drawings('album/at sea ñ', 'wave', 3, { from: 30, format: 'jpeg' })),
      'album/.hidden/1.png': await drawing('wave', 40),
      'album/notes.txt': 'no photo',
      'half.jpg': (await drawing('wave', 43, { format: 'jpeg', side: 160 })).subarray(0, 700),
    },
    at(),
  )
})

function predict(args: readonly string[], options?: RunOptions) {
  return chiquito(['predict', ...args, '--threads', '1'], options)
}

/** Judges into a file, which must come about, and gives its text. */
async function rowsOf(args: readonly string[], out: string, options?: RunOptions): Promise<string> {
  const told = await predict([...args, '--out', out], options)
  expect(told.status, told.stderr).toBe(0)
  expect(existsSync(`${out}.part`)).toBe(false)
  return readFileSync(out, 'utf8')
}

function parsed(text: string): Row[] {
  expect(text.endsWith('\n')).toBe(true)
  return text
    .slice(0, -1)
    .split('\n')
    .map(line => JSON.parse(line))
}

const paths = (text: string) => parsed(text).map(row => row.path)

describe('rows', () => {
  it('are those of predict, with what each file holds, in the same order', async () => {
    const out = path.join(temporaryFolder(), 'v.jsonl')
    const rows = parsed(await rowsOf([run, album, half], out))
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
    const rows = parsed(await rowsOf([run, album, '--tta', '3'], out))
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
    const rows = parsed(readFileSync(out, 'utf8'))
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
    expect(parsed(readFileSync(out, 'utf8'))).toMatchObject([{ path: half, error: expect.any(String) }])
  })

  it('are of Parquet where the name says so: the same, with the labels beside them', async () => {
    const folder = temporaryFolder()
    const lines = parsed(await rowsOf([run, album, half], path.join(folder, 'v.jsonl')))
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
      const text = await rowsOf([run, 'photos', ...more, '--overwrite'], path.join(folder, 'v.jsonl'), {
        cwd: folder,
      })
      return paths(text)
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
        'a.csv': `id;path\n1;${a}\n2;"${b}"\n`,
        'a.tsv': `path\tid\n${a}\t1\n${b}\t2\n`,
        'a.jsonl': `{"path":"${a}"}\n${json}\n`,
        'a-list': `${a}\n${b}\n`,
      },
      folder,
    )
    const given = (name: string) => path.join(lists, name)
    const ways: [string[], Uint8Array?][] = [
      ...['a.txt', 'utf16.txt', 'a.csv', 'a.tsv', 'a.jsonl'].map((name): [string[]] => [[given(name)]]),
      [['--list', given('a-list')]],
      [['-'], Buffer.from(`${a}\n${b}`)],
    ]
    for (const [way, input] of ways) {
      const out = path.join(folder, 'v.jsonl')
      const options = { cwd: album, ...(input ? { input } : {}) }
      expect(paths(await rowsOf([run, ...way, '--overwrite'], out, options)), way.join(' ')).toEqual([a, b])
    }
    // What was written is a list, too.
    const again = path.join(folder, 'again.jsonl')
    expect(paths(await rowsOf([run, path.join(folder, 'v.jsonl')], again, { cwd: album }))).toEqual([a, b])
  })
})

/** A list of many rows made of few photos, bad ones among them, and what comes of it without a kill. */
async function longWork(rows: number) {
  const folder = temporaryFolder()
  const list = path.join(folder, 'list.txt')
  const names = [
    ...Array.from({ length: 3 }, (_, i) => `${30 + i}.png`),
    'at sea ñ/30.jpeg',
    '../half.jpg',
    'gone.png',
  ]
  writeFileSync(list, Array.from({ length: rows }, (_, i) => names[(i * 7) % names.length]).join('\n'))
  const args = [run, list]
  const whole = await rowsOf(args, path.join(folder, 'whole.jsonl'), { cwd: album })
  expect(parsed(whole)).toHaveLength(rows)
  return { folder, args, whole, list }
}

/** Ends the program as soon as the rows have reached a size. */
function endAt(out: string, bytes: number, signal: NodeJS.Signals): RunOptions {
  return {
    cwd: album,
    started(child) {
      const rows = path.join(`${out}.part`, 'rows.jsonl')
      const timer = setInterval(() => {
        if ((statSync(rows, { throwIfNoEntry: false })?.size ?? -1) < bytes) return
        // A second Ctrl-C would end it at once.
        clearInterval(timer)
        child.kill(signal)
      }, 1)
      child.on('exit', () => clearInterval(timer))
    },
  }
}

describe('work that is cut off', () => {
  it('by kills anywhere is gone on with, and ends in the same bytes', async () => {
    const { folder, args, whole } = await longWork(6000)
    const out = path.join(folder, 'v.jsonl')
    const random = RandomStream.fromSeed(16)
    let hit = 0
    for (const share of [0, 0.1, 0.3, 0.5, 0.7, 0.9]) {
      const bytes = Math.floor((share + 0.1 * random.uniform()) * whole.length)
      const told = await predict([...args, '--out', out, '--quiet'], endAt(out, bytes, 'SIGKILL'))
      if (told.signal !== 'SIGKILL') break
      hit++
      expect(existsSync(out)).toBe(false)
      // Only whole rows but for the last, and in order.
      const rows = readFileSync(path.join(`${out}.part`, 'rows.jsonl'), 'utf8')
      expect(whole.startsWith(rows)).toBe(true)
    }
    expect(hit).toBeGreaterThan(2)
    const told = await predict([...args, '--out', out], { cwd: album })
    expect(told.stderr).toMatch(/Going on: \d+ rows of 6000 are there/)
    expect(readFileSync(out, 'utf8') === whole).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['list.txt', 'v.jsonl', 'whole.jsonl'])
  })

  it('by a power cut, with torn rows at its end, is gone on with', async () => {
    const { folder, args, whole } = await longWork(2000)
    const out = path.join(folder, 'v.jsonl')
    await predict([...args, '--out', out, '--quiet'], endAt(out, whole.length / 2, 'SIGKILL'))
    const rows = path.join(`${out}.part`, 'rows.jsonl')
    for (const damage of [
      () => appendFileSync(rows, '{"path":"30.p'),
      () => truncateSync(rows, statSync(rows).size - 100),
      () => appendFileSync(rows, Buffer.alloc(5000)),
      () => appendFileSync(rows, 'no row\n'),
    ]) {
      damage()
      const told = await predict([...args, '--out', out, '--quiet'], endAt(out, 0, 'SIGKILL'))
      expect(told.signal).toBe('SIGKILL')
    }
    expect(await rowsOf(args, out, { cwd: album })).toBe(whole)
  })

  it('by Ctrl-C says that nothing is lost, and counts earlier bad rows, too', async () => {
    const { folder, args, whole } = await longWork(6000)
    const out = path.join(folder, 'v.jsonl')
    const told = await predict([...args, '--out', out], endAt(out, 1, 'SIGINT'))
    expect(told.status, told.stderr).toBe(130)
    expect(told.stderr).toMatch(
      /Interrupted\. The rows so far are kept: the same command goes on from there\./,
    )
    const again = await predict([...args, '--out', out, '--json'], { cwd: album })
    const result = documentOf<PredictOutResult>(again)
    expect(result.recalled).toBeGreaterThan(0)
    expect(result.unreadable).toBe(parsed(whole).filter(({ error }) => error !== undefined).length)
    expect(readFileSync(out, 'utf8') === whole).toBe(true)
  })

  it('leaves no half of a Parquet file', async () => {
    const { folder, args } = await longWork(3000)
    const out = path.join(folder, 'v.parquet')
    const told = await predict([...args, '--out', out], endAt(out, 1, 'SIGKILL'))
    expect(told.signal).toBe('SIGKILL')
    expect(existsSync(out)).toBe(false)
    const again = await predict([...args, '--out', out], { cwd: album })
    expect(again.status, again.stderr).toBe(0)
    const whole = path.join(folder, 'whole.parquet')
    expect(await predict([...args, '--out', whole], { cwd: album })).toMatchObject({ status: 0 })
    expect(readFileSync(out).equals(readFileSync(whole))).toBe(true)
  })

  it('goes on with the photos that were there: what came since is not in it, what went says so', async () => {
    const folder = temporaryFolder()
    const photos = path.join(folder, 'photos')
    mkdirSync(photos)
    const count = 3000
    for (let i = 0; i < count; i++) copyFileSync(at('album', '30.png'), path.join(photos, `${1000 + i}.png`))
    const out = path.join(folder, 'v.jsonl')
    await predict([run, photos, '--out', out], endAt(out, 1, 'SIGKILL'))
    copyFileSync(at('album', '31.png'), path.join(photos, '0.png'))
    rmSync(path.join(photos, '3999.png'))
    renameSync(path.join(photos, '1000.png'), path.join(photos, 'moved.png'))
    const rows = parsed(await rowsOf([run, photos], out))
    expect(rows.map(row => path.basename(row.path))).toEqual(
      Array.from({ length: count }, (_, i) => `${1000 + i}.png`),
    )
    // It had been looked at already.
    expect(rows[0]).toMatchObject({ label: 'ball' })
    expect(rows.at(-1)).toEqual({
      path: path.join(photos, '3999.png'),
      sha256: null,
      error: 'there is no such file.',
    })
  })

  it('by a full disk says so, and with more room the same command gets through', async context => {
    const { folder, args, whole } = await longWork(3000)
    const disk = smallDisk(600_000)
    if (disk === undefined) return context.skip('mounting a small file system is not allowed here')
    const out = path.join(disk, 'v.jsonl')
    const told = await predict([...args, '--out', out], { cwd: album })
    expect(told.status, told.stderr).toBe(1)
    expect(told.stderr).toMatch(
      /Cannot write ".*": the disk is full: free some space.* The rows so far are kept/,
    )
    expect(existsSync(out)).toBe(false)
    resizeDisk(disk, 8_000_000)
    expect(await rowsOf(args, out, { cwd: album })).toBe(whole)
    expect(readdirSync(folder).length).toBe(2)
  })
})

describe('what was begun', () => {
  it('is not mixed with another question', async () => {
    const { folder, args, whole, list } = await longWork(3000)
    const out = path.join(folder, 'v.jsonl')
    await predict([...args, '--out', out], endAt(out, 1, 'SIGKILL'))
    const refused = async (asked: readonly string[], cwd: string, why: RegExp) => {
      const told = await predict([...asked, '--out', out], { cwd })
      expect(told.status, told.stderr).toBe(2)
      expect(told.stderr).toMatch(why)
      expect(told.stderr).toMatch(/Ask the same again to go on with it, .* or --overwrite to begin anew/)
    }
    await refused([other, list], album, /was begun with another model: ".*run\/model\.onnx"/)
    await refused([...args, '--tta', '2'], album, /was begun with --tta 0/)
    await refused([run, album], album, /was begun with other photos: ".*list\.txt"/)
    await refused(args, folder, /was begun in the folder ".*album"/)
    const before = readFileSync(list)
    writeFileSync(list, `${before}\n31.png`)
    await refused(args, album, /was begun with another list: ".*list\.txt" was changed since/)
    writeFileSync(list, before)
    expect(await rowsOf(args, out, { cwd: album })).toBe(whole)
  })

  it('with another question is replaced where that is wanted, also by a list on standard input', async () => {
    const { folder, args } = await longWork(3000)
    const out = path.join(folder, 'v.jsonl')
    await predict([...args, '--out', out], endAt(out, 1, 'SIGKILL'))
    const input = Buffer.from('32.png\n31.png\n')
    const text = await rowsOf([run, '-', '--overwrite'], out, { cwd: album, input })
    expect(paths(text)).toEqual(['32.png', '31.png'])
  })

  it('is left to the one that is at work there', async () => {
    const { folder, args } = await longWork(6000)
    const out = path.join(folder, 'v.jsonl')
    let second: ReturnType<typeof predict> | undefined
    const first = await predict([...args, '--out', out], {
      cwd: album,
      watch(_, stderr) {
        if (stderr.includes('looking at photos')) second ??= predict([...args, '--out', out], { cwd: album })
      },
    })
    expect(first.status, first.stderr).toBe(0)
    // It is told that another is at work, or, where that has just ended, that the result is there.
    expect(await second).toMatchObject({
      stderr: expect.stringMatching(/Another chiquito .* is using|is there already/),
    })
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
    ['whose place is taken', f => [album, '--out', `${f}/taken.jsonl`], /holds other things, such as "mine"/],
    [
      'for which there is no photo',
      f => ['nothing.jpg', '--out', `${f}/v.jsonl`],
      /There is no photo, folder or list "nothing\.jpg"/,
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
      'from lines that are no JSON',
      f => [`${f}/bad.jsonl`, '--out', `${f}/v.jsonl`],
      /bad\.jsonl" line 2: expected JSON with a path/,
    ],
    ['that is left out', f => [album, '--list', `${f}/names.csv`], /--list goes with --out/],
    ['that is left out, too', () => [album, '--overwrite'], /--overwrite goes with --out/],
  ]
  it.each(refusals)('%s is refused before any work', async (_, args, why) => {
    const folder = writeTree({
      'there.jsonl': '{"path":"1.jpg"}\n',
      'photo.jsonl': readFileSync(at('album', '30.png')),
      'folder.jsonl/1': '',
      'taken.jsonl.part/mine': '',
      'names.csv': 'name,size\na,1\n',
      'bad.jsonl': '{"path":"1.jpg"}\n1.jpg\n',
    })
    const before = readdirSync(folder, { recursive: true })
    const told = await predict([run, ...args(folder)])
    expect([1, 2], told.stderr).toContain(told.status)
    expect(told.stderr).toMatch(why)
    expect(readdirSync(folder, { recursive: true })).toEqual(before)
    expect(existsSync(path.join(folder, 'v.jsonl'))).toBe(false)
  })
})
