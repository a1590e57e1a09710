// `chiquito predict --out` that is cut off at any place: the same command goes on, and ends in the same bytes.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PredictOutResult } from '../src/actions/predict-out.js'
import { RandomStream } from '../src/core/index.js'
import { readModel, writeModel } from '../src/onnx/index.js'
import { documentOf, type RunOptions } from './support/chiquito.js'
import { resizeDisk, smallDisk, temporaryFolder } from './support/files.js'
import { judgedAlbum, parsedRows, pathsIn, predict, rowsOf } from './support/verdict-rows.js'

const { at, run, album, half } = judgedAlbum()

/** Rows made of few photos, bad ones among them, and what comes of them without a kill. */
const rows = 4000
const list = at('list.txt')
const args = [run, list]
let whole: string
beforeAll(async () => {
  const good = ['30.png', '31.png', '32.png', 'at sea ñ/30.jpeg'].map(name => path.join(album, name))
  const names = [...good, half, at('gone.png')]
  writeFileSync(list, Array.from({ length: rows }, (_, i) => names[(i * 7) % names.length]).join('\n'))
  whole = await rowsOf(args, at('whole.jsonl'))
  expect(parsedRows(whole)).toHaveLength(rows)
})

/** Ends the program as soon as there are so many rows. */
function endAt(out: string, count: number, signal: NodeJS.Signals): RunOptions {
  const at = { lines: { file: path.join(`${out}.part`, 'rows.jsonl'), like: '', count } }
  return { moments: [{ at, signal }] }
}

/** Begins, and is killed after the first rows. */
async function begun(name: string, asked = args): Promise<{ readonly folder: string; readonly out: string }> {
  const folder = temporaryFolder()
  const out = path.join(folder, name)
  const told = await predict([...asked, '--out', out, '--quiet'], endAt(out, 1, 'SIGKILL'))
  expect(told.signal).toBe('SIGKILL')
  expect(existsSync(out)).toBe(false)
  return { folder, out }
}

describe('work that is cut off', () => {
  it('by kills anywhere is gone on with, and ends in the same bytes', async () => {
    const folder = temporaryFolder()
    const out = path.join(folder, 'v.jsonl')
    const random = RandomStream.fromSeed(16)
    for (const share of [0, 0.2, 0.5, 0.8]) {
      const count = 1 + Math.floor((share + 0.1 * random.uniform()) * rows)
      const told = await predict([...args, '--out', out, '--quiet'], endAt(out, count, 'SIGKILL'))
      expect(told.signal, told.stderr).toBe('SIGKILL')
      expect(existsSync(out)).toBe(false)
      // Only whole rows but for the last, and in order.
      const grown = readFileSync(path.join(`${out}.part`, 'rows.jsonl'), 'utf8')
      expect(whole.startsWith(grown)).toBe(true)
    }
    // What a power cut tears off, and what it leaves instead: all of what may stand there is in rows-file.test.ts.
    appendFileSync(
      path.join(`${out}.part`, 'rows.jsonl'),
      Buffer.concat([Buffer.from('{"path":"30.p'), Buffer.alloc(5000)]),
    )
    const told = await predict([...args, '--out', out])
    expect(told.stderr).toMatch(/Going on: \d+ rows of 4000 are there/)
    expect(readFileSync(out, 'utf8') === whole).toBe(true)
    expect(readdirSync(folder)).toEqual(['v.jsonl'])
  })

  it('by Ctrl-C says that nothing is lost, and counts earlier bad rows, too', async () => {
    const out = path.join(temporaryFolder(), 'v.jsonl')
    const told = await predict([...args, '--out', out], endAt(out, 1, 'SIGINT'))
    expect(told.status, told.stderr).toBe(130)
    expect(told.stderr).toMatch(
      /Interrupted\. The rows so far are kept: the same command goes on from there\./,
    )
    const again = await predict([...args, '--out', out, '--json'])
    const result = documentOf<PredictOutResult>(again)
    expect(result.recalled).toBeGreaterThan(0)
    expect(result.unreadable).toBe(parsedRows(whole).filter(({ error }) => error !== undefined).length)
    expect(readFileSync(out, 'utf8') === whole).toBe(true)
  })

  it('is refused where its list was cut meanwhile', async () => {
    const { out } = await begun('v.jsonl')
    const list = path.join(`${out}.part`, 'photos.jsonl')
    const lines = readFileSync(list, 'utf8').split('\n')
    writeFileSync(list, `${lines.slice(0, -3).join('\n')}\n`)
    const told = await predict([...args, '--out', out])
    expect(told.status).toBe(1)
    expect(told.stderr).toMatch(/lists 3998 photos, but 4,?000 photos when the work began/)
    expect(existsSync(out)).toBe(false)
  })

  it('leaves no half of a Parquet file', async () => {
    const { folder, out } = await begun('v.parquet')
    const uncut = path.join(folder, 'whole.parquet')
    for (const file of [out, uncut])
      expect(await predict([...args, '--out', file])).toMatchObject({ status: 0 })
    expect(readFileSync(out).equals(readFileSync(uncut))).toBe(true)
  })

  it('goes on with the photos that were there: what came since is not in it, what went says so', async () => {
    const photos = path.join(temporaryFolder(), 'photos')
    mkdirSync(photos)
    const count = 2000
    for (let i = 0; i < count; i++) copyFileSync(at('album', '30.png'), path.join(photos, `${1000 + i}.png`))
    const { out } = await begun('v.jsonl', [run, photos])
    copyFileSync(at('album', '31.png'), path.join(photos, '0.png'))
    rmSync(path.join(photos, '2999.png'))
    renameSync(path.join(photos, '1000.png'), path.join(photos, 'moved.png'))
    const found = parsedRows(await rowsOf([run, photos], out))
    expect(found.map(row => path.basename(row.path))).toEqual(
      Array.from({ length: count }, (_, i) => `${1000 + i}.png`),
    )
    // It had been looked at already.
    expect(found[0]).toMatchObject({ label: 'ball' })
    expect(found.at(-1)).toEqual({
      path: path.join(photos, '2999.png'),
      sha256: null,
      error: 'there is no such file.',
    })
  })

  it('by a full disk says so, and with more room the same command gets through', async context => {
    const disk = smallDisk(800_000)
    if (disk === undefined) return context.skip('mounting a small file system is not allowed here')
    const out = path.join(disk, 'v.jsonl')
    const told = await predict([...args, '--out', out])
    expect(told.status, told.stderr).toBe(1)
    expect(told.stderr).toMatch(
      /Cannot write ".*": the disk is full: free some space.* The rows so far are kept/,
    )
    expect(existsSync(out)).toBe(false)
    resizeDisk(disk, 8_000_000)
    expect(await rowsOf(args, out)).toBe(whole)
  })
})

describe('what was begun', () => {
  it('is not mixed with another question', async () => {
    const { folder, out } = await begun('v.jsonl')
    const refused = async (asked: readonly string[], why: RegExp, options?: RunOptions) => {
      const told = await predict([...asked, '--out', out], options)
      expect(told.status, told.stderr).toBe(2)
      expect(told.stderr).toMatch(why)
      expect(told.stderr).toMatch(/Ask the same again to go on with it, .* or --overwrite to begin anew/)
    }
    const model = path.join(run, 'model.onnx')
    const other = path.join(folder, 'other.onnx')
    const original = readModel(readFileSync(model), model)
    // Its own digest is gone, which changes no verdict.
    const metadata = new Map([...original.metadata].filter(([name]) => name !== 'chiquito.metadata'))
    writeFileSync(other, writeModel({ ...original, metadata }))
    await refused([other, list], /was begun with another model: ".*run\/model\.onnx"/)
    await refused([...args, '--tta', '2'], /was begun with --tta 0/)
    await refused([run, album], /was begun with other photos: ".*list\.txt"/)
    await refused(args, new RegExp(`was begun in the folder "${process.cwd()}"`), { cwd: folder })
    const before = readFileSync(list)
    writeFileSync(list, `${before}\n${half}`)
    await refused(args, /was begun with another list: ".*list\.txt" was changed since/)
    writeFileSync(list, before)
    expect(await rowsOf(args, out)).toBe(whole)
  })

  it('with another question is replaced where that is wanted, also by a list on standard input', async () => {
    const { out } = await begun('v.jsonl')
    const input = Buffer.from('32.png\n31.png\n')
    const text = await rowsOf([run, '-', '--overwrite'], out, { cwd: album, input })
    expect(pathsIn(text)).toEqual(['32.png', '31.png'])
  })

  it('is left to the one that is at work there', async () => {
    const out = path.join(temporaryFolder(), 'v.jsonl')
    let second: ReturnType<typeof predict> | undefined
    const first = await predict([...args, '--out', out], {
      watch(_, stderr) {
        if (stderr.includes('looking at photos')) second ??= predict([...args, '--out', out])
      },
    })
    expect(first.status, first.stderr).toBe(0)
    // It is told that another is at work, or, where that has just ended, that the result is there.
    expect(await second).toMatchObject({
      stderr: expect.stringMatching(/Another chiquito .* is using|is there already/),
    })
  })
})
