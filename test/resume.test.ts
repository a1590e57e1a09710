// A run that is killed at any instant (kill -9), and gone on with, ends with the same bits as one that never was.
import type { ChildProcess } from 'node:child_process'
import { existsSync, type FSWatcher, mkdirSync, readdirSync, readFileSync, watch } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { chiquito, type RunOptions, suiteFolder, type Told } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)

beforeAll(async () => {
  writeTree({ ...(await drawings('ball', 'ball', 15)), ...(await drawings('wave', 'wave', 15)) }, at('data'))
})

/** Small photos: what is tested does not depend on how long a step takes. */
const common = ['--size', '64', '--threads', '1', '--json']

function train(out: string, more: readonly string[], run: RunOptions = {}): Promise<Told> {
  const args = ['train', at('data'), '--out', at(out), ...common, ...more]
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
  const told = new Set(['run', 'model', 'report', 'seconds', 'summary', 'notices'])
  return JSON.parse(readFileSync(at(out, 'metrics.json'), 'utf8'), (key, value) =>
    told.has(key) ? undefined : value,
  )
}

/** Kills the process as soon as the run folder looks as asked. */
function killWhen(out: string, due: (file: string | null) => boolean): RunOptions & { stop(): void } {
  mkdirSync(at(out), { recursive: true })
  const watchers: FSWatcher[] = []
  const started = (child: ChildProcess) => {
    const look = (_event: string, file: string | null) => {
      if (due(file)) child.kill('SIGKILL')
    }
    watchers.push(watch(at(out), look))
    if (existsSync(at(out, 'checkpoint'))) watchers.push(watch(at(out, 'checkpoint'), look))
  }
  return { started, stop: () => watchers.forEach(watcher => void watcher.close()) }
}

/** Goes on with a run until the moment comes, and is sure that the kill came before the end. */
async function killed(out: string, args: readonly string[], due: (file: string | null) => boolean) {
  const { stop, ...run } = killWhen(out, due)
  const more = existsSync(at(out, 'run.json')) ? ['--resume'] : args
  const told = await train(out, more, run)
  stop()
  expect(told.signal, told.stderr).toBe('SIGKILL')
  return told
}

async function finish(out: string): Promise<Told> {
  const told = await train(out, ['--resume'])
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

describe('a run killed again and again', () => {
  it('of fastai-2018, in every stage and while it keeps its state, gives the same bits', async () => {
    const recipe = ['--recipe', 'fastai-2018', '--checkpoint-seconds', '0']
    const whole = await train('whole', recipe)
    expect(whole.status, whole.stderr).toBe(0)
    const all = doneIn('whole').length
    const out = 'killed'
    await killed(out, recipe, file => file === 'split.json')
    // A dozen places, from the first step to the last.
    for (let k = 0; k < 12; k++) {
      const place = 1 + Math.round(((all - 2) * k) / 11)
      await killed(out, recipe, () => doneIn(out).length >= place)
    }
    await killed(out, recipe, file => file === 'model.onnx')
    await finish(out)
    expectSame(out, 'whole')
    expect(logOf(out).filter(({ event }) => event === 'resume').length).toBeGreaterThan(0)
  })
})
