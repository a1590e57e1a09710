// A run that is killed at any instant (kill -9), and gone on with, ends with the same bits as one that never was.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  type FSWatcher,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  watch,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { chiquito, type Moment, type RunOptions, suiteFolder, type Told } from './support/chiquito.js'
import { smallDisk, writeTree } from './support/files.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.resolve(folder, ...names)

/** A small network and small photos: what is tested does not depend on how long a step takes. */
const small = path.join(import.meta.dirname, 'fixtures/exported/residual-torchscript.onnx')
const common = ['--size', '32', '--threads', '1', '--json']
const [easy, hard] = ['easy', 'hard']
const article = ['--recipe', 'fastai-2018', '--checkpoint-seconds', '0', '--backbone', small]

beforeAll(async () => {
  writeTree({ ...(await drawings('ball', 'ball', 15)), ...(await drawings('wave', 'wave', 15)) }, at(easy))
  // The same drawings in both classes: nobody can tell them apart, so there is much to be won by fine-tuning.
  const drawn = await drawings('ball', 'ball', 60)
  const names = Object.keys(drawn)
  const mixed = names.map((name, i) => [name.replace('ball/', i % 2 ? 'odd/' : 'even/'), drawn[name]])
  writeTree(Object.fromEntries(mixed), at(hard))
  const whole = await train('whole', article)
  expect(whole.status, whole.stderr).toBe(0)
})

function train(out: string, more: readonly string[], run: RunOptions = {}, data = easy): Promise<Told> {
  const args = ['train', at(data), '--out', at(out), ...common, ...more]
  return chiquito(args, { ...run, env: { CHIQUITO_CACHE: at('cache') } })
}

interface Line {
  readonly event: string
  readonly [key: string]: unknown
}

/** The log so far; a line that is just being written is no line yet. */
function logOf(out: string): Line[] {
  if (!existsSync(at(out, 'log.jsonl'))) return []
  const lines = readFileSync(at(out, 'log.jsonl'), 'utf8').split('\n').slice(0, -1)
  return lines.map(line => JSON.parse(line))
}

/** What training did, in order: nothing of it may be missing, or there twice. */
function doneIn(out: string): Line[] {
  return logOf(out).filter(({ event }) => event === 'step' || event === 'epoch')
}

function jsonOf(out: string, name: string) {
  return JSON.parse(readFileSync(at(out, name), 'utf8'))
}

/** All figures but those that tell times and places. */
function figuresOf(out: string): unknown {
  const told = new Set(['run', 'model', 'report', 'card', 'seconds', 'checks', 'summary', 'notices'])
  return JSON.parse(readFileSync(at(out, 'metrics.json'), 'utf8'), (key, value) =>
    told.has(key) ? undefined : value,
  )
}

/** When its log has so many lines of what training did, perhaps of one stage. */
function learnt(out: string, count: number, stage?: string): Moment {
  const like = `(?=.*"event":"(step|epoch)")${stage === undefined ? '' : `(?=.*"stage":"${stage}")`}`
  return { lines: { file: at(out, 'log.jsonl'), like, count } }
}

/** Goes on with a run until it is killed at a moment. */
async function killed(out: string, args: readonly string[], moment: Moment, data = easy): Promise<void> {
  const more = existsSync(at(out, 'run.json')) ? ['--resume'] : args
  const told = await train(out, more, { moments: [{ at: moment, signal: 'SIGKILL' }] }, data)
  expect(told.signal, told.stderr).toBe('SIGKILL')
}

async function finish(out: string, data = easy): Promise<Told> {
  const told = await train(out, ['--resume'], {}, data)
  expect(told.status, told.stderr).toBe(0)
  expect(jsonOf(out, 'run.json').state).toBe('finished')
  return told
}

function expectSame(out: string, whole: string): void {
  expect(readFileSync(at(out, 'model.onnx')).equals(readFileSync(at(whole, 'model.onnx')))).toBe(true)
  expect(figuresOf(out)).toEqual(figuresOf(whole))
  expect(doneIn(out)).toEqual(doneIn(whole))
  expect(readdirSync(at(out)).sort()).toEqual(readdirSync(at(whole)).sort())
}

/** Moments from the first of so many lines to the last but one, evenly: just then, and soon after. */
function momentsIn(out: string, count: number, lines: number): Moment[] {
  return Array.from({ length: count }, (_, k) => ({
    ...learnt(out, 1 + Math.round(((lines - 2) * k) / (count - 1))),
    later: (count - 1 - k) % 3,
  }))
}

describe('a run killed again and again', () => {
  it('of fastai-2018, in every stage and while it keeps its state, gives the same bits', async () => {
    const out = 'killed'
    await killed(out, article, { named: 'split.json' })
    for (const moment of momentsIn(out, 12, doneIn('whole').length)) await killed(out, article, moment)
    await killed(out, article, { opened: '.state.safetensors.' })
    await killed(out, article, { named: 'model.onnx' })
    await finish(out)
    expectSame(out, 'whole')
    expect(logOf(out).filter(({ event }) => event === 'resume').length).toBeGreaterThan(0)
  })

  it('of auto, while it finds out whether fine-tuning pays and while it fine-tunes, gives the same bits', async () => {
    const args = [
      '--recipe',
      'auto',
      '--fine-tune',
      'auto',
      '--epochs',
      '2',
      '--checkpoint-seconds',
      '0.1',
      '--backbone',
      small,
    ]
    const whole = await train('whole-auto', args, {}, hard)
    expect(whole.status, whole.stderr).toBe(0)
    const stages = new Set(doneIn('whole-auto').map(({ stage }) => stage))
    expect(stages).toContain('does fine-tuning pay?')
    const out = 'killed-auto'
    const lines = { file: at(out, 'log.jsonl'), like: '"event":"candidate"', count: 1 }
    await killed(out, args, { lines }, hard)
    for (const moment of momentsIn(out, 4, doneIn('whole-auto').length)) await killed(out, args, moment, hard)
    await finish(out, hard)
    expectSame(out, 'whole-auto')
    const told = (name: string) => logOf(name).filter(({ event }) => event !== 'resume')
    expect(told(out)).toEqual(told('whole-auto'))
  })
})

it('Ctrl-C while all layers of the embedded network learn keeps the step it came in, and says how to go on', async () => {
  const args = ['--recipe', 'fastai-2018', '--checkpoint-seconds', '1000']
  const whole = await train('whole-embedded', args)
  expect(whole.status, whole.stderr).toBe(0)
  const out = 'interrupted'
  const moments = [{ at: learnt(out, 1, 'all layers'), signal: 'SIGINT' as const }]
  const told = await train(out, args, { moments })
  expect(told.status, told.stderr).toBe(130)
  expect(told.stderr).toMatch(/What was done so far is kept; to go on, give the same command with --resume/)
  expect(jsonOf(out, 'run.json').state).toBe('interrupted')
  const before = logOf(out)
  expect(before.at(-1)).toEqual({ event: 'end', state: 'interrupted' })
  await finish(out)
  // Nothing was lost: of the log, only its end was cut.
  expect(logOf(out).slice(0, before.length)).toEqual([
    ...before.slice(0, -1),
    { event: 'resume', after: 'interrupted' },
  ])
  expectSame(out, 'whole-embedded')
})

it('a disk too full for a checkpoint ends the run; with more room it goes on', async context => {
  const disk = smallDisk(20e6)
  if (disk === undefined) return context.skip('mounting a small file system is not allowed here')
  const out = path.join(disk, 'run')
  mkdirSync(out)
  const filler = path.join(disk, 'filler')
  const isFull = at('the disk is full')
  let watcher: FSWatcher | undefined
  const started = () => {
    watcher = watch(out, () => {
      if (existsSync(isFull) || doneIn(out).length < 5) return
      const { bavail, bsize } = statfsSync(disk)
      // Room for lines of the log, and for saying how it ended.
      try {
        writeFileSync(filler, Buffer.alloc(bavail * bsize - 2 ** 16))
      } catch {
        // A checkpoint that was being written took some of it.
        truncateSync(filler, statSync(filler).size - 2 ** 16)
      }
      writeFileSync(isFull, '')
    })
  }
  const told = await train(out, article, { started, moments: [{ at: learnt(out, 5), until: isFull }] })
  watcher?.close()
  expect(told.status, told.stderr).toBe(1)
  expect(told.stderr).toMatch(
    /Cannot write ".*state\.safetensors": the disk is full: free some space.* --resume/,
  )
  expect(jsonOf(out, 'run.json').state).toBe('failed')
  expect(readdirSync(path.join(out, 'checkpoint'))).toEqual(['state.safetensors'])
  const done = doneIn(out).length
  rmSync(filler)
  await finish(out)
  expectSame(out, 'whole')
  // It went on from the last whole checkpoint, not from the beginning.
  const resumed = logOf(out).findIndex(({ event }) => event === 'resume')
  expect(resumed).toBeGreaterThan(done - 3)
})

it('goes on in the moment in which the process before it ends, and says that it waits for that', async () => {
  const out = 'dying'
  let resumed: Promise<Told> | undefined
  mkdirSync(at(out))
  let watcher: FSWatcher | undefined
  const first = await train(out, article, {
    // Stopped, not gone: as a process is that writes its last.
    moments: [{ at: learnt(out, 3), signal: 'SIGSTOP' }],
    started: child => {
      watcher = watch(at(out), () => {
        if (resumed || doneIn(out).length < 3) return
        const heard = { said: 'It may be just ending' }
        resumed = train(out, ['--resume'], { moments: [{ at: heard, signal: 'SIGKILL', to: child.pid }] })
      })
    },
  })
  watcher?.close()
  expect(first.signal, first.stderr).toBe('SIGKILL')
  const second = await resumed
  expect(second?.status, second?.stderr).toBe(0)
  expect(second?.stderr).toMatch(
    /Another chiquito \(process \d+ on .*\) is using the run folder ".*dying"\. It may be just ending: waiting 2 s for that\./,
  )
  expectSame(out, 'whole')
})

it('goes on with the photos it began with, and with nothing that is damaged or of another training', async () => {
  const out = 'changed'
  await killed(out, article, learnt(out, 3))
  const refused = async () => {
    const told = await train(out, ['--resume'])
    expect(told.status, told.stderr).toBe(1)
    return told.stderr
  }
  const file = at(easy, 'ball', readdirSync(at(easy, 'ball'))[0])
  const content = readFileSync(file)
  appendFileSync(file, 'more')
  expect(await refused()).toMatch(/no longer those the run began with: "ball\/.*" has changed\. Restore them/)
  rmSync(file)
  expect(await refused()).toMatch(/no longer those the run began with: "ball\/.*" is gone\. Restore them/)
  writeFileSync(file, content)

  const state = at(out, 'checkpoint', 'state.safetensors')
  const kept = readFileSync(state)
  writeFileSync(state, kept.subarray(0, kept.length - 5))
  expect(await refused()).toMatch(/state\.safetensors" is damaged: it is no checkpoint, or not a whole one/)
  writeFileSync(state, kept)
  const record = jsonOf(out, 'run.json')
  writeFileSync(at(out, 'run.json'), JSON.stringify({ ...record, seed: 5 }))
  expect(await refused()).toMatch(/belongs to another training: its seed is 0, not 5/)
  writeFileSync(at(out, 'run.json'), JSON.stringify(record))

  mkdirSync(at(easy, 'another'))
  for (const name of ['wave/fresh.png', 'another/a.png']) copyFileSync(file, at(easy, name))
  const told = await finish(out)
  rmSync(at(easy, 'wave/fresh.png'))
  rmSync(at(easy, 'another'), { recursive: true })
  expect(told.stderr).toMatch(/2 photos are new since the run began, for example "another\/a.png": left out/)
  expectSame(out, 'whole')
})
