// `chiquito evaluate --folds`: how well photos can be learnt from, with intervals that do not promise more than so many photos can.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { EvaluateFoldsResult } from '../src/actions/evaluate-folds.js'
import { chiquito, documentOf, smallNetwork, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { scenes } from './support/spots.js'

const folder = suiteFolder()
const photos = path.join(folder, 'photos')
const out = path.join(folder, 'runs')
const usual = ['--fine-tune', 'never', '--size', '64', '--quiet']

beforeAll(async () => {
  const named = { name: (i: number) => `${i}.jpg` }
  const wave = await scenes('train/wave', 9, { from: 100, ...named })
  const copies = {
    'valid/wave/0-copy.jpg': wave['train/wave/0.jpg'],
    'train/wave/1-copy.jpg': wave['train/wave/1.jpg'],
  }
  const test = await scenes('test/ball', 2, { from: 300, ...named })
  writeTree({ ...(await scenes('train/ball', 10, named)), ...wave, ...copies, ...test }, photos)
})

async function folded(...args: string[]): Promise<EvaluateFoldsResult> {
  const told = await chiquitoHere(['evaluate', ...args, ...usual, '--json'])
  expect(told.status, told.stderr).toBe(0)
  return documentOf(told)
}

/** The same in a process of its own, that a signal ends once a fold's run has begun. */
function cutOff(place: string, fold: string, signal: NodeJS.Signals, args: readonly string[]) {
  const begun = path.join(place, 'repeat-1', fold, 'run.json')
  const at = { lines: { file: begun, like: '', count: 1 } }
  return chiquito(['evaluate', ...args, ...usual], { moments: [{ at, signal }] })
}

/** All but times and places. */
function figuresOf(result: EvaluateFoldsResult): unknown {
  const told = new Set(['out', 'report', 'run', 'manifest', 'seconds'])
  return JSON.parse(JSON.stringify(result), (key, value) => (told.has(key) ? undefined : value))
}

async function refused(...args: string[]): Promise<string> {
  const told = await chiquitoHere(['evaluate', ...args])
  expect(told.status).toBe(2)
  return told.stderr
}

describe('chiquito evaluate --folds', () => {
  it('measures every photo once a repetition, copies together, and goes on where it was stopped', async () => {
    const first = await folded(photos, '--folds', '3', '--out', out)
    expect(first).toMatchObject({ folds: 3, repeats: 1, labels: ['ball', 'wave'], rounds: { length: 1 } })
    expect(first.rounds[0].count).toBe(first.count)
    // Photos that lie in test/ are in no fold.
    for (const { photos } of first.rounds[0].folds) expect(photos.test).toBe(2)
    expect(first.count).toBe(21)
    expect(first.figures.map(({ name }) => name)).toEqual([
      'accuracy',
      'recall of ball',
      'recall of wave',
      'log loss',
    ])
    expect(await refused(photos, '--folds', '3', '--out', out)).toMatch(
      /already holds a cross-validation.*--resume/,
    )
    expect(await refused(photos, '--folds', '4', '--out', out, '--resume')).toMatch(
      /was begun with folds 3, not 4/,
    )

    // A repetition more: what is there is kept as it is.
    const both = await folded(photos, '--folds', '3', '--repeats', '2', '--out', out, '--resume')
    expect(both.rounds[0].folds).toEqual(first.rounds[0].folds)
    expect(both).toMatchObject({ repeats: 2, rounds: { length: 2 }, count: first.count })
    const { accuracy, interval, figures } = both
    const right = both.rounds.reduce((sum, one) => sum + one.right, 0)
    expect(accuracy).toBeCloseTo(right / (2 * both.count))
    expect(figures[0]).toMatchObject({ mean: accuracy, interval })
    expect(interval[0]).toBeLessThan(accuracy - 0.05)
    expect(figures[3].interval).toBeNull()
    for (const { confusion } of both.rounds) expect(confusion.flat().reduce((a, b) => a + b)).toBe(both.count)

    for (const r of [1, 2]) {
      const tables = [1, 2, 3].map(fold =>
        readFileSync(path.join(out, `tables/repeat-${r}/fold-${fold}.csv`), 'utf8'),
      )
      for (const table of tables) {
        const part = new Map(
          table
            .split('\n')
            .map(line => line.split(','))
            .map(([file, , split]) => [file, split]),
        )
        expect(part.get('valid/wave/0-copy.jpg')).toBe(part.get('train/wave/0.jpg'))
        expect(part.get('train/wave/1-copy.jpg')).toBe(part.get('train/wave/1.jpg'))
        expect(part.get('test/ball/0.jpg')).toBe('test')
      }
    }
    expect(readFileSync(path.join(out, 'tables/repeat-1/fold-1.csv'))).not.toEqual(
      readFileSync(path.join(out, 'tables/repeat-2/fold-1.csv')),
    )
    const page = readFileSync(path.join(out, 'report.html'), 'utf8')
    expect(page).toContain('href="repeat-2/report.html"')
    expect(JSON.parse(readFileSync(path.join(out, 'metrics.json'), 'utf8')).accuracy).toBe(accuracy)
  })

  it('killed and stopped in the middle of folds, goes on to the same table', async () => {
    const [whole, cut] = ['whole', 'cut'].map(name => path.join(folder, name))
    const args = ['--folds', '3', '--seed', '5', '--out']
    const undisturbed = await folded(photos, ...args, whole)
    const killed = await cutOff(cut, 'fold-2', 'SIGKILL', [photos, ...args, cut])
    expect(killed.signal).toBe('SIGKILL')
    const stopped = await cutOff(cut, 'fold-3', 'SIGINT', [photos, ...args, cut, '--resume'])
    expect(stopped.status).toBe(130)
    expect(stopped.stderr).toMatch(/fold-3: .*--resume/)
    // Without the seed and the settings, which are those it began with.
    const told = await chiquitoHere(['evaluate', photos, '--folds', '3', '--out', cut, '--resume', '--json'])
    expect(told.status, told.stderr).toBe(0)
    expect(figuresOf(documentOf(told))).toEqual(figuresOf(undisturbed))
    expect(await refused(photos, ...args, cut, '--resume', '--size', '96')).toMatch(
      /--size cannot be 96 now, it began with 64/,
    )
    expect(await refused(photos, ...args.with(1, '2'), cut, '--resume')).toMatch(
      /begun with folds 3, not 2.*--overwrite/,
    )

    // Another one in its place: nothing of the old one is left or goes into the new one.
    const own = path.join(cut, 'repeat-1/fold-3/notes.txt')
    writeTree({ 'notes.txt': 'mine' }, path.dirname(own))
    writeTree({ 'repeat-1/mine.txt': 'mine' }, cut)
    const overwriting = [photos, '--folds', '2', '--seed', '6', '--out', cut, '--overwrite']
    expect(await refused(...overwriting)).toMatch(/repeat-1" holds other things, such as "mine.txt"/)
    rmSync(path.join(cut, 'repeat-1/mine.txt'))
    expect(await refused(...overwriting)).toMatch(
      /fold-3" holds other things beside its run, such as "notes.txt"/,
    )
    rmSync(own)
    expect((await folded(...overwriting)).rounds[0].folds).toHaveLength(2)
    expect(existsSync(path.join(cut, 'repeat-1/fold-3'))).toBe(false)
    expect(existsSync(path.join(cut, 'tables/repeat-1/fold-3.csv'))).toBe(false)
  })

  it('of a run takes its photos and settings', async () => {
    const run = path.join(folder, 'run')
    const trained = await chiquitoHere(['train', photos, '--out', run, '--budget', '1h', ...usual])
    expect(trained.status, trained.stderr).toBe(0)
    const result = await folded(run, '--folds', '2', '--out', path.join(folder, 'of a run'))
    expect(result).toMatchObject({ data: photos, folds: 2 })
    const record = JSON.parse(readFileSync(path.join(folder, 'of a run/repeat-1/fold-1/run.json'), 'utf8'))
    // What one model was given is given to each.
    expect(record.configuration).toMatchObject({ size: 64, fineTune: 'never', sharedBudget: 7200 })
    expect(record.configuration.budget).toBeGreaterThan(3000)
    expect(record.configuration.budget).toBeLessThanOrEqual(3600)
  })

  it('writes no model that could be used meanwhile, as nobody does', async () => {
    const tuned = ['--fine-tune', 'always', '--epochs', '1', '--backbone', smallNetwork, '--threads', '1']
    const place = path.join(folder, 'tuned')
    const told = await chiquitoHere(['evaluate', photos, '--folds', '2', '--out', place, ...tuned])
    expect(told.status, told.stderr).toBe(0)
    expect(told.stderr).toMatch(/fine-tuning/)
    expect(told.stderr).not.toMatch(/Usable from now on/)
    expect(existsSync(path.join(place, 'repeat-1/fold-1/model.onnx'))).toBe(true)
  })

  it('refuses what could have no effect, before anything is made', async () => {
    const place = path.join(folder, 'nothing')
    expect(await refused(photos, '--folds', '3')).toMatch(/Say with --out which folder/)
    expect(await refused(photos, photos, '--folds', '3', '--out', place)).toMatch(
      /has no effect with --folds/,
    )
    expect(await refused(photos, '--folds', '3', '--out', place, '--tta', '2')).toMatch(
      /--tta has no effect with --folds/,
    )
    expect(await refused(photos, '--repeats', '3')).toMatch(/--repeats has no effect without --folds/)
    expect(await refused(photos, '--epochs', '3')).toMatch(/--epochs has no effect without --folds/)
    expect(await refused(photos, '--no-cache')).toMatch(/--no-cache has no effect without --folds/)
    expect(await refused(path.join(photos, 'train/ball/1.jpg'), '--folds', '3', '--out', place)).toMatch(
      /is a file\. Cross-validation trains/,
    )
    expect(await refused(photos, '--folds', '30', '--out', place)).toMatch(
      /folds must be a whole number from 2 to 19, as that is how many photos, or groups .* to measure on, but is 30/,
    )
    expect(existsSync(place)).toBe(false)
  })

  it('removes nothing for more folds than there are photos', async () => {
    const before = readFileSync(path.join(out, 'metrics.json'), 'utf8')
    expect(await refused(photos, '--folds', '30', '--out', out, '--overwrite')).toMatch(/folds must be/)
    expect(readFileSync(path.join(out, 'metrics.json'), 'utf8')).toBe(before)
    expect(existsSync(path.join(out, 'repeat-1', 'fold-1', 'model.onnx'))).toBe(true)
  })
})
