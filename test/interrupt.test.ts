// Training that is cut off: politely (Ctrl-C) in every stage, impatiently (twice), and by a kill at any moment. What is
// on disk is whole, says what happened, and the same command gets to the same bytes as if nothing had.
import type { ChildProcess } from 'node:child_process'
import { existsSync, type FSWatcher, mkdirSync, readdirSync, readFileSync, watch } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  chiquito,
  documentOf,
  type RunOptions,
  smallNetwork,
  suiteFolder,
  type Told,
} from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const data = at('data')

type Recipe = 'auto' | 'fastai-2018'

interface TrainOptions extends RunOptions {
  readonly recipe?: Recipe
  readonly cache?: string
  readonly more?: readonly string[]
}

/** What is written, and when, is the same for any network: all layers of a small one learn often, and in a moment. */
const networks: Record<Recipe, readonly string[]> = {
  auto: [],
  'fastai-2018': ['--backbone', smallNetwork],
}

function train(
  out: string,
  { recipe = 'fastai-2018', cache = 'cache', more = [], ...run }: TrainOptions = {},
) {
  const args = [
    'train',
    data,
    '--out',
    at(out),
    '--recipe',
    recipe,
    '--size',
    '64',
    '--threads',
    '1',
    '--json',
    ...networks[recipe],
    ...more,
  ]
  return chiquito(args, { ...run, env: { CHIQUITO_CACHE: at(cache), ...run.env } })
}

/** Has a signal come as soon as progress says that a stage has begun. */
function stopAt(stage: string, signal: NodeJS.Signals = 'SIGINT'): Pick<RunOptions, 'moments'> {
  return { moments: [{ at: { said: stage }, signal }] }
}

/** The model of each recipe when nothing disturbs it. */
const reference: Partial<Record<Recipe, Buffer>> = {}

beforeAll(async () => {
  writeTree(
    {
      ...(await drawings('train/ball', 'ball', 10)),
      ...(await drawings('train/wave', 'wave', 10)),
      ...(await drawings('valid/ball', 'ball', 3, { from: 20 })),
      ...(await drawings('valid/wave', 'wave', 3, { from: 20 })),
      ...(await drawings('test/ball', 'ball', 40, { from: 30, side: 40 })),
    },
    data,
  )
  for (const recipe of ['auto', 'fastai-2018'] as const) {
    const told = await train(`whole-${recipe}`, { recipe })
    expect(told.status, told.stderr).toBe(0)
    reference[recipe] = readFileSync(at(`whole-${recipe}`, 'model.onnx'))
  }
})

/** What each file of a run must be if it is there at all. */
function expectWhole(out: string, recipe: Recipe): void {
  const file = (name: string) => (existsSync(at(out, name)) ? readFileSync(at(out, name)) : undefined)
  const model = file('model.onnx')
  if (model) expect(model.equals(reference[recipe] ?? Buffer.alloc(0)), 'model.onnx').toBe(true)
  const report = file('report.html')
  if (report) expect(report.toString()).toMatch(/^<!doctype html>[\s\S]*<\/html>\s*$/i)
  const metrics = file('metrics.json')
  if (metrics) expect(JSON.parse(metrics.toString())).toMatchObject({ recipe, accuracy: expect.any(Number) })
  const record = file('run.json')
  if (record) expect(JSON.parse(record.toString())).toMatchObject({ format: 'chiquito-run', recipe })
  const split = file('split.json')
  if (split) expect(JSON.parse(split.toString())).toMatchObject({ by: 'folders' })
}

function stateOf(out: string): unknown {
  return existsSync(at(out, 'run.json'))
    ? JSON.parse(readFileSync(at(out, 'run.json'), 'utf8')).state
    : undefined
}

function expectInterrupted({ status, stderr, ...told }: Told, out: string, recipe: Recipe): void {
  expect(status, stderr).toBe(130)
  expect(documentOf({ status, stderr, ...told })).toMatchObject({ error: { code: 'interrupted' } })
  expect(stderr).toContain('Stopping; press Ctrl-C again to stop at once.')
  expectWhole(out, recipe)
  if (!existsSync(at(out))) return
  expect(stderr).toMatch(/to go on, give the same command with --resume/)
  expect(stateOf(out)).toBe('interrupted')
  expect(readdirSync(at(out)).filter(name => name.startsWith('.'))).toEqual([])
  expect(readdirSync(at(out))).not.toContain('metrics.json')
  const log = readFileSync(at(out, 'log.jsonl'), 'utf8').trimEnd().split('\n')
  expect(JSON.parse(log.at(-1) ?? '')).toMatchObject({ event: 'end', state: 'interrupted' })
}

const stages: Record<Recipe, readonly string[]> = {
  auto: [
    'Reading photos …',
    'training photos (whole photos) …',
    'cross-validation …',
    'writing the report …',
  ],
  'fastai-2018': [
    'training photos …',
    'finding the rate …',
    'head on plain photos …',
    'head on augmented photos …',
    'validation photos, 5 views each …',
    'reading photo headers …',
  ],
}

describe.each(['auto', 'fastai-2018'] as const)('Ctrl-C while recipe %s is at work', recipe => {
  // One folder, one command: interrupted in one stage after the other, and gone on with each time.
  const out = `interrupted-${recipe}`
  const cache = `cache-${recipe}`

  it.each(stages[recipe])('in stage "%s" stops cleanly', async stage => {
    const more = stateOf(out) === undefined ? [] : ['--resume']
    const told = await train(out, { recipe, cache, more, ...stopAt(stage) })
    expect(told.stderr).toContain(stage)
    expectInterrupted(told, out, recipe)
  })

  it('costs nothing: the same command then gives the same bytes', async () => {
    const told = await train(out, { recipe, cache })
    expect(told.status, told.stderr).toBe(0)
    expect(stateOf(out)).toBe('finished')
    expectWhole(out, recipe)
    expect(readdirSync(at(out)).sort()).toEqual(readdirSync(at(`whole-${recipe}`)).sort())
  })
})

it('going on takes the settings of the run that was interrupted', async () => {
  const out = 'resumed'
  const told = await train(out, { more: ['--seed', '3'], ...stopAt('finding the rate …') })
  expectInterrupted(told, out, 'fastai-2018')
  const args = ['train', data, '--out', at(out), '--threads', '1', '--resume', '--json']
  const resumed = await chiquito(args, { env: { CHIQUITO_CACHE: at('cache') } })
  expect(resumed.status, resumed.stderr).toBe(0)
  expect(documentOf(resumed)).toMatchObject({ seed: 3, recipe: 'fastai-2018' })
  const again = await chiquito(args)
  expect(again).toMatchObject({ status: 2, stderr: expect.stringMatching(/is finished: there is nothing/) })
})

it('SIGTERM stops as Ctrl-C does', async () => {
  const told = await train('terminated', stopAt('finding the rate …', 'SIGTERM'))
  expectInterrupted(told, 'terminated', 'fastai-2018')
})

it('a second Ctrl-C stops at once', async () => {
  const out = 'impatient'
  const heard = 'press Ctrl-C again'
  const moments = ['finding the rate …', heard].map(said => ({ at: { said }, signal: 'SIGINT' as const }))
  const told = await train(out, { moments })
  expect(told.status, told.stderr).toBe(130)
  expectWhole(out, 'fastai-2018')
  const again = await train(out)
  expect(again.status, again.stderr).toBe(0)
  expectWhole(out, 'fastai-2018')
})

describe('while the graph of a step is prepared, in a process of its own', () => {
  const tuned = ['--fine-tune', 'always', '--epochs', '1']

  /** Trains with a folder for temporary files of its own, and signals as soon as the preparation, which never ends, has one in there. */
  async function trainUntilPrepared(out: string, signal: NodeJS.Signals): Promise<Told> {
    const temporary = at(`${out}-temporary`)
    mkdirSync(temporary)
    const endless = new URL('support/endless-preparation.mjs', import.meta.url).href
    let watcher: FSWatcher | undefined
    const told = await train(out, {
      recipe: 'auto',
      more: tuned,
      env: { TMPDIR: temporary, NODE_OPTIONS: `--import=${endless}` },
      started: child => {
        watcher = watch(temporary, () => {
          if (readdirSync(temporary).length === 0) return
          // Once: a second one would end the program there and then.
          watcher?.close()
          child.kill(signal)
        })
      },
    })
    watcher?.close()
    expect(readdirSync(temporary)).toEqual([])
    return told
  }

  it('Ctrl-C ends that, and leaves nothing', async () => {
    const told = await trainUntilPrepared('unprepared', 'SIGINT')
    expectInterrupted(told, 'unprepared', 'auto')
    expect(told.stderr).not.toContain('fine-tuning …')
  })

  it('what could be used by then can be used: the model of the head alone', async () => {
    const told = await trainUntilPrepared('usable', 'SIGINT')
    expect(told.stderr).toMatch(
      /Usable from now on: \S+model\.onnx \(the head alone, \d of 6 validation photos right\)/,
    )
    expect(told.stderr).toContain(`${at('usable', 'model.onnx')} can be used as it is.`)
    const head = readFileSync(at('whole-auto', 'model.onnx'))
    expect(readFileSync(at('usable', 'model.onnx')).equals(head)).toBe(true)
    const photo = at('data/test/ball', readdirSync(at('data/test/ball'))[0])
    const asked = await chiquito(['predict', at('usable'), photo, '--json'])
    expect(asked.status, asked.stderr).toBe(0)
    expect(asked.stderr).toContain('is not finished: its model may be that of the head alone')
  })

  it('and so does SIGTERM', async () => {
    expectInterrupted(await trainUntilPrepared('unprepared-2', 'SIGTERM'), 'unprepared-2', 'auto')
  })

  it('nothing is left there by a run that ends well either: no report of the runtime to its makers', async () => {
    const temporary = at('temporary')
    mkdirSync(temporary)
    const told = await train('whole-again', { recipe: 'auto', env: { TMPDIR: temporary } })
    expect(told.status, told.stderr).toBe(0)
    expect(readdirSync(temporary)).toEqual([])
  })

  it('what comes of it is what the graph itself gives, where no such process can be had', async () => {
    const prepared = await train('prepared', { recipe: 'auto', more: tuned })
    expect(prepared.status, prepared.stderr).toBe(0)
    const plain = await train('plain', { recipe: 'auto', more: tuned, env: { TMPDIR: at('nowhere') } })
    expect(plain.status, plain.stderr).toBe(0)
    const [one, other] = ['prepared', 'plain'].map(out => readFileSync(at(out, 'model.onnx')))
    expect(one.equals(other)).toBe(true)
  })
})

describe('a kill', () => {
  const out = 'killed'
  /** How long a training takes that finds all its features in the cache, in milliseconds. */
  let usual: number

  beforeAll(async () => {
    const started = performance.now()
    await train('warm')
    usual = performance.now() - started
  })

  /** Trains into the folder as the last kill left it, until the next one. */
  async function trainUntilKilled(started: (child: ChildProcess) => void): Promise<void> {
    const more = stateOf(out) === 'finished' ? ['--overwrite'] : []
    const { status, signal, stderr } = await train(out, { more, started })
    expect(status ?? signal, stderr).toBeOneOf(['SIGKILL', 0])
    expectWhole(out, 'fastai-2018')
    if (status === 0) expect(stateOf(out)).toBe('finished')
  }

  it('at any moment leaves whole files or none', async () => {
    const kills = 6
    for (let i = 0; i < kills; i++) {
      const moment = ((i + Math.random()) / kills) * usual
      await trainUntilKilled(child => setTimeout(() => child.kill('SIGKILL'), moment))
    }
  })

  it.each(['run.json', 'model.onnx', 'report.html', 'metrics.json'])(
    'while %s is written leaves it whole, or the old one, or none',
    async name => {
      mkdirSync(at(out), { recursive: true })
      let watcher: FSWatcher | undefined
      let seen = false
      await trainUntilKilled(child => {
        watcher = watch(at(out), (_event, file) => {
          if (!file?.startsWith(`.${name}.`)) return
          seen = true
          child.kill('SIGKILL')
        })
      })
      watcher?.close()
      expect(seen).toBe(true)
    },
  )

  it('costs nothing: the same command then gives the same bytes, and clears away', async () => {
    const told = await train(out)
    expect(told.status, told.stderr).toBe(0)
    expectWhole(out, 'fastai-2018')
    expect(readdirSync(at(out)).sort()).toEqual(readdirSync(at('whole-fastai-2018')).sort())
  })
})

it('Ctrl-C stops predicting, too', async () => {
  const photos = readdirSync(at('data/test/ball')).map(name => at('data/test/ball', name))
  const model = at('whole-auto')
  const told = await chiquito(['predict', model, ...photos, ...photos], stopAt('looking at photos …'))
  expect(told).toMatchObject({ status: 130, stdout: '', stderr: expect.stringMatching(/Interrupted/) })
})
