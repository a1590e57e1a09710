// `chiquito sweep`: ways of training beside one another, with the figures that each has alone.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { EvaluateFoldsResult } from '../src/actions/evaluate-folds.js'
import { type SweepResult, sweep } from '../src/actions/sweep.js'
import type { ProgressEvent } from '../src/core/index.js'
import { chiquito, documentOf, smallNetwork, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { scenes } from './support/spots.js'
import { standstillAt } from './support/standstill.js'

const folder = suiteFolder()
const photos = path.join(folder, 'photos')
/** A small network: what is told here is the same whatever the network. */
const way = ['--backbone', smallNetwork, '--fine-tune', 'never', '--folds', '2']
const usual = [...way, '--quiet', '--json']

beforeAll(async () => {
  writeTree({ ...(await scenes('ball', 14)), ...(await scenes('wave', 14, { from: 100 })) }, photos)
})

async function swept(out: string, ...args: string[]): Promise<SweepResult> {
  const told = await chiquitoHere(['sweep', photos, '--out', path.join(folder, out), ...usual, ...args])
  expect(told.status, told.stderr).toBe(0)
  return documentOf(told)
}

/** All but times, and how much was known. */
function figuresOf({ ways, trials, photos, folds, seeds }: SweepResult): unknown {
  return { ways, trials, photos, folds, seeds }
}

describe('a sweep', () => {
  it('has the figures that each way has alone, and does nothing twice', async () => {
    const all = await swept('one', '--size', '32,64', '--seeds', '2', '--all')
    expect(all).toMatchObject({ photos: 28, folds: 2, seeds: 2, trials: 8, recalled: 0 })
    for (const { size, accuracy, interval, trials } of all.ways) {
      expect(trials).toBe(4)
      const told = await chiquitoHere([
        ...['evaluate', photos, '--size', String(size), '--repeats', '2', ...usual],
        ...['--out', path.join(folder, `alone-${size}`)],
      ])
      const alone: EvaluateFoldsResult = documentOf(told)
      expect([accuracy, interval]).toEqual([alone.accuracy, alone.interval])
      const logLoss = alone.figures.find(({ name }) => name === 'log loss')?.mean
      const way = all.ways.find(one => one.size === size)
      // Of folds of equal size the mean over photos is the mean over folds.
      expect(way?.logLoss).toBeCloseTo(logLoss ?? Number.NaN, 1)
    }
    const again = await swept('one', '--size', '32,64', '--seeds', '2', '--all')
    expect(figuresOf(again)).toEqual(figuresOf(all))
    expect(again.recalled).toBe(8)
    const more = await swept('one', '--size', '64', '--seeds', '1')
    expect([more.trials, more.recalled]).toEqual([2, 2])
  })

  it('on threads comes to the same', async () => {
    const out = path.join(folder, 'threads')
    const told = await chiquito([
      'sweep',
      photos,
      '--out',
      out,
      '--size',
      '32,64',
      '--workers',
      '2',
      ...usual,
    ])
    expect(told.status, told.stderr).toBe(0)
    const alone = await swept('alone', '--size', '32,64')
    expect(figuresOf(documentOf(told))).toEqual(figuresOf(alone))
    const result = (place: string) =>
      JSON.parse(readFileSync(path.join(folder, place, 'metrics.json'), 'utf8'))
    expect(result('threads').ways).toEqual(result('alone').ways)
  })

  it('says in words and on a page how ways compare', async () => {
    const out = path.join(folder, 'words')
    const told = await chiquitoHere(['sweep', photos, '--out', out, '--size', '32,64', ...way])
    expect(told.stdout).toMatch(/^Best of 2 ways of training: (32|64) px, [\d.]+ % right/)
    expect(told.stdout).toMatch(/! That ".*" is the best may be luck: 1 other way cannot be told from it/)
    expect(told.stdout).toMatch(/^luck {4}chance of a difference as large/m)
    const tables = told.stdout.split('\n').filter(line => line.startsWith('  '))
    expect(tables).toHaveLength(5)
    for (const line of tables) expect(line.length).toBeLessThanOrEqual(80)
    const page = readFileSync(path.join(out, 'report.html'), 'utf8')
    expect(page).toContain('>32 px<')
    expect(page).toContain('--size 32,64 --recipe auto --fine-tune never')
  })

  it('reads photos once for all folds, and counts what is done', async () => {
    const events: ProgressEvent[] = []
    await sweep({
      ...{ data: photos, out: path.join(folder, 'watched'), backbones: [smallNetwork], fineTune: ['never'] },
      ...{ sizes: [32], folds: 2, seeds: 2, all: true },
      progress: event => events.push(event),
    })
    const begun = (name: string) => events.filter(event => event.kind === 'start' && event.task === name)
    expect(begun('Reading photos')).toHaveLength(1)
    expect(begun('trainings')).toHaveLength(1)
    const done = events.flatMap(event =>
      event.kind === 'advance' && event.task === 'trainings' ? [event.done] : [],
    )
    expect(done.filter(Number.isInteger)).toEqual([1, 2, 3, 4])
    expect(done).toEqual(done.toSorted((a, b) => a - b))
    expect(readFileSync(path.join(folder, 'watched', 'report.html'), 'utf8')).toContain('--all<')
  })

  it('tells what came and went since photos were dealt', async () => {
    const changing = path.join(folder, 'changing')
    writeTree({ ...(await scenes('ball', 8)), ...(await scenes('wave', 8, { from: 100 })) }, changing)
    const args = ['sweep', changing, '--out', path.join(folder, 'dealt'), '--size', '32', ...way]
    expect((await chiquitoHere(args)).stderr).not.toContain('not named')
    const [late] = Object.values(await scenes('ball', 1, { from: 300 }))
    writeTree({ 'ball/late.jpg': late }, changing)
    const again = await chiquitoHere([...args, '--quiet'])
    expect(again.stderr).toMatch(/^1 photo is not named in ".*fold-1\.csv": left out\.$/m)
    expect(again.stderr).not.toContain('fold-2.csv')
  })

  it('goes on after a kill, and loses no training that was done', async () => {
    const out = path.join(folder, 'killed')
    const args = ['sweep', photos, '--out', out, '--size', '32,64', ...usual]
    const halfway = standstillAt(path.join(folder, 'halt'), path.join(out, 'work', 'results'), 2)
    halfway.halt()
    let kill = () => {}
    const killed = chiquito(args, {
      env: halfway.env,
      started: child => {
        kill = () => void child.kill('SIGKILL')
      },
    })
    await expect.poll(() => results(out)).toBe(2)
    kill()
    expect((await killed).signal).toBe('SIGKILL')
    const kept = results(out)
    const rest: SweepResult = documentOf(await chiquitoHere(args))
    expect(rest.recalled).toBeGreaterThanOrEqual(Math.min(kept, rest.trials))
    expect(figuresOf(rest)).toEqual(figuresOf(await swept('not-killed', '--size', '32,64')))
  })

  it('says when it is stopped that nothing is lost', async () => {
    const controller = new AbortController()
    const stopped = sweep({
      ...{
        data: photos,
        out: path.join(folder, 'stopped'),
        backbones: [smallNetwork],
        sizes: [32, 64],
        folds: 2,
      },
      ...{ fineTune: ['never'], signal: controller.signal },
      progress: event => {
        if (event.kind === 'advance' && event.task === 'trainings') controller.abort()
      },
    })
    await expect(stopped).rejects.toMatchObject({
      code: 'interrupted',
      message: 'Interrupted. What was trained so far is kept: the same command goes on from there.',
    })
  })

  it('refuses what makes no sense', async () => {
    const refused = async (...args: string[]) => {
      const told = await chiquitoHere(['sweep', photos, '--out', path.join(folder, 'refused'), ...args])
      expect(told.status).toBe(2)
      return told.stderr
    }
    expect(await refused('--size', '64,64')).toContain('--size 64 is given twice: give it once.')
    expect(await refused('--backbone', 'efficientnet-lite0,')).toContain(
      '--backbone must be names separated by commas',
    )
    expect(await refused('--backbone', 'resnet99')).toContain('resnet99')
    expect(await refused('--recipe', 'best')).toContain('recipe must be auto or fastai-2018')
    expect(await refused('--folds', '1')).toContain('--folds')
    writeTree({ 'notes.txt': Buffer.from('mine') }, path.join(folder, 'notes'))
    const foreign = await chiquitoHere(['sweep', photos, '--out', path.join(folder, 'notes')])
    expect(foreign.stderr).toContain('holds other things, such as "notes.txt"')
    rmSync(path.join(folder, 'refused'), { recursive: true, force: true })
    const other = path.join(folder, 'other-photos')
    writeTree({ ...(await scenes('ball', 4)), ...(await scenes('wave', 4, { from: 50 })) }, other)
    const elsewhere = await chiquitoHere(['sweep', other, '--out', path.join(folder, 'one'), ...usual])
    expect(elsewhere.stderr).toMatch(/holds a sweep of the photos in ".*photos"\. Give another folder/)
  })
})

/** Trainings that are done. */
function results(out: string): number {
  try {
    const files = readdirSync(path.join(out, 'work', 'results'), { recursive: true, withFileTypes: true })
    // What is being written has a name of its own until it is whole.
    return files.filter(one => one.isFile() && !one.name.endsWith('.tmp')).length
  } catch {
    return 0
  }
}
