// What a person gets who can wait only so long. Budgets are so small or so large that no machine's speed matters.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type TrainResult, train as trainByLibrary } from '../src/index.js'
import { chiquito, documentOf, smallNetwork, suiteFolder, type Told } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.resolve(folder, ...names)
const small = ['--backbone', smallNetwork, '--size', '32', '--threads', '1', '--no-cache', '--json']
const args = (out: string, more: readonly string[]) => [
  'train',
  at('photos'),
  '--out',
  at(out),
  ...small,
  ...more,
]

beforeAll(async () => {
  // The same kind of drawing in both classes: nobody can tell them apart, so fine-tuning is tried.
  const drawn = Object.entries(await drawings('ball', 'ball', 60))
  const mixed = drawn.map(([name, bytes], i) => [name.replace('ball/', `${i % 2 ? 'odd' : 'even'}/`), bytes])
  writeTree(Object.fromEntries(mixed), at('photos'))
})

const text = (...names: string[]) => readFileSync(at(...names), 'utf8')

const quoted = (words: string) => words.replace(/[().]/g, '\\$&')

function resultOf(told: Told): TrainResult {
  expect(told.status, told.stderr).toBe(0)
  return documentOf<TrainResult>(told)
}

describe('train --budget', () => {
  it('that is used up at once: the head alone, with what was left out said', async () => {
    const told = await chiquitoHere(args('short', ['--budget', '0.1s']))
    const { choice, stages, tta, notices, checks } = resultOf(told)
    expect(choice?.fineTuning).toEqual({
      chosen: false,
      reason: expect.stringMatching(
        /^Only the head learned: fine-tuning would have taken about .+, and the budget of 0.1 s was used up\.$/,
      ),
    })
    expect(stages.map(({ name }) => name)).toEqual(['choosing', 'learning'])
    expect(tta).toBeUndefined()
    expect(checks.looked).toBeLessThan(60)
    expect(notices).toContainEqual(
      expect.stringMatching(
        /^Left out to keep to the budget of 0\.1 s: .*of the heads compared, more views of the validation photos\.$/,
      ),
    )
    expect(notices).toContainEqual(
      expect.stringMatching(
        /^This took .*, more than the budget of 0\.1 s: the rest could not be left out\.$/,
      ),
    )
    for (const notice of notices) expect(told.stderr).toContain(notice)
    expect(text('short', 'report.html')).toContain(
      'Only the head learned: fine-tuning would have taken about',
    )
    const card = text('short', 'MODEL_CARD.md')
    expect(card).toContain('Not so this one: it had a limit of time (0.1 s)')
    expect(card).toContain('--budget 0.1')
  })

  it('that is large enough changes nothing, byte for byte', async () => {
    const without = resultOf(await chiquitoHere(args('whole', [])))
    const within = resultOf(await chiquitoHere(args('long', ['--budget', '1h'])))
    expect(readFileSync(at('long', 'model.onnx')).equals(readFileSync(at('whole', 'model.onnx')))).toBe(true)
    expect(within.choice).toEqual(without.choice)
    expect(within.choice?.candidates.length).toBeGreaterThan(3)
    expect(within.tta?.accuracy).toBe(without.tta?.accuracy)
    expect(within.notices).toEqual(without.notices)
    expect(text('whole', 'MODEL_CARD.md')).not.toContain('limit of time')
  })

  it('counts anew where a run that was cut off is gone on with, and may be another', async () => {
    const killed = await chiquito(args('killed', []), {
      moments: [{ at: { said: 'does fine-tuning pay?' }, signal: 'SIGKILL' }],
    })
    expect(killed.signal, killed.stderr).toBe('SIGKILL')
    const { choice } = resultOf(await chiquitoHere(args('killed', ['--resume', '--budget', '0.1s'])))
    expect(choice?.fineTuning?.reason).toContain('the budget of 0.1 s was used up')
    expect(JSON.parse(text('killed', 'run.json')).configuration.budget).toBe(0.1)
  })

  it('that folds share: each says what is its part, and of what; also where it goes on, from a relative path', async () => {
    const split = ['split', 'photos', '--out', 'folds', '--folds', '3', '--quick', '--not-by', 'copies']
    const here = { cwd: folder }
    expect((await chiquito(split, here)).status).toBe(0)
    const folds = [...args('shared', []), '--folds', 'folds']
    const killed = await chiquito([...folds, '--budget', '0.3s'], {
      ...here,
      moments: [{ at: { said: 'fold-2: from' }, signal: 'SIGKILL' }],
    })
    expect(killed.signal, killed.stderr).toBe('SIGKILL')
    expect(killed.stderr).toMatch(/^fold-1: from ".*fold-1.csv", with 0.1 s of the budget of 0.3 s$/m)
    const part = "this fold's part (0.1 s) of the budget of 0.3 s"
    const told = await chiquito([...folds, '--resume'], here)
    expect(told.status, told.stderr).toBe(0)
    for (const fold of ['fold-1', 'fold-2', 'fold-3']) {
      const { notices, choice } = JSON.parse(text('shared', fold, 'metrics.json'))
      expect(choice.fineTuning.reason).toMatch(new RegExp(`, and ${quoted(part)} was used up\\.$`))
      expect(notices).toContainEqual(expect.stringContaining(`Left out to keep to ${part}: `))
      expect(notices).toContainEqual(expect.stringContaining(`more than ${part}: `))
      expect(JSON.parse(text('shared', fold, 'run.json')).configuration).toMatchObject({
        budget: 0.1,
        sharedBudget: 0.3,
      })
      expect(text('shared', fold, 'MODEL_CARD.md')).toContain(
        "a limit of time (0.1 s, one fold's part of 0.3 s)",
      )
    }
  })

  it('is a time', async () => {
    for (const [given, seconds] of [
      ['90', 90],
      ['2min', 120],
      ['1h30min', 5400],
      ['1.5 h', 5400],
      ['2MIN 5s', 125],
    ] as const) {
      const told = await chiquitoHere([
        'train',
        at('none'),
        '--out',
        at('no'),
        '--budget',
        given,
        '--recipe',
        'none',
      ])
      expect(told.stderr, `${given} is ${seconds} s`).not.toContain('--budget')
    }
    for (const given of ['0', '-5', 'soon', '3 days', '10ms', '5min3h', 's', 'Infinity', '1e999']) {
      const told = await chiquitoHere(['train', at('photos'), '--out', at('no'), '--budget', given])
      expect([told.status, told.stderr], given).toEqual([
        2,
        expect.stringContaining(
          `--budget must be a time such as 30s, 2min, 1h30min or 90, in seconds, but is "${given}".`,
        ),
      ])
    }
    await expect(trainByLibrary({ data: at('photos'), out: at('no'), budget: Number.NaN })).rejects.toThrow(
      'budget must be a number of seconds, more than 0, but is NaN.',
    )
  })

  it('is refused where what to do is laid down', async () => {
    for (const [more, why] of [
      [['--recipe', 'fastai-2018'], 'its stages are those of the article'],
      [['--fine-tune', 'always'], 'all layers are to learn, however long that takes'],
    ] as const) {
      const told = await chiquitoHere(args('no', ['--budget', '30s', ...more]))
      expect([told.status, told.stderr]).toEqual([
        2,
        expect.stringContaining(`--budget has no effect with ${more.join(' ')}: ${why}`),
      ])
    }
  })

  it('is refused where a run goes on for which what to do is laid down', async () => {
    const killed = await chiquito(args('asked', ['--fine-tune', 'always']), {
      moments: [{ at: { said: 'cross-validation' }, signal: 'SIGKILL' }],
    })
    expect(killed.signal, killed.stderr).toBe('SIGKILL')
    const told = await chiquitoHere(args('asked', ['--resume', '--budget', '30s']))
    expect([told.status, told.stderr]).toEqual([
      2,
      expect.stringContaining('--budget has no effect with --fine-tune always'),
    ])
  })
})
