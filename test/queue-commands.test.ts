// Commands whose work the workers of a queue do: what comes of it is what one process makes.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DoctorResult } from '../src/actions/doctor.js'
import type { EvaluateFoldsResult } from '../src/actions/evaluate-folds.js'
import type { SweepResult } from '../src/actions/sweep.js'
import type { TrainResult } from '../src/actions/train.js'
import { chiquito, documentOf, smallNetwork, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { freePort } from './support/free-port.js'
import { Program, redisProgram, startRedis } from './support/queue/programs.js'
import { scenes } from './support/spots.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const photos = at('photos')
const store = at('store')
/** A small network: that the same comes of it does not hang on how large it is. */
const way = ['--backbone', smallNetwork, '--fine-tune', 'never']
const quick = [...way, '--size', '64', '--quiet', '--json']
let queue: string[] = []
let worker: Program
let redis: Program

/** As the asker, whose cache no worker sees. */
async function told<T>(name: string, args: readonly string[]): Promise<T> {
  const done = await chiquito([...args], { env: { CHIQUITO_CACHE: at(`cache-${name}`) } })
  expect(done.status, done.stderr).toBe(0)
  return documentOf(done)
}

/** A command that goes on, with a cache of its own. */
function begun(words: readonly string[]): Program {
  const programs: Program[] = []
  const env = { CHIQUITO_CACHE: at(`cache-of-${words[0]}`) }
  void chiquito(words, { env, started: child => programs.push(new Program(child, words[0])) })
  return programs[0]
}

/** Jobs that the worker has said it computed, by their kind: who asked may know of a result before. */
function computed(): Record<string, number> {
  const ends = worker.stdout
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line))
  const counts: Record<string, number> = {}
  for (const { event, outcome, kind } of ends)
    if (event === 'end' && outcome === 'done') counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

describe.skipIf(!redisProgram)(
  'commands with --queue (skipped where neither redis-server nor valkey-server is)',
  () => {
    beforeAll(async () => {
      writeTree({ ...(await scenes('ball', 14)), ...(await scenes('wave', 14, { from: 100 })) }, photos)
      const port = await freePort()
      redis = await startRedis(folder, port)
      queue = ['--queue', `redis://127.0.0.1:${port}`, '--store', store]
      worker = begun(['worker', ...queue, '--json'])
      await worker.until(() => worker.stdout.includes('"ready"'))
    })

    afterAll(async () => {
      await worker.stop()
      await redis.stop()
    })

    it('train: features are computed by others, and the model is the same', async () => {
      const here: TrainResult = await told('here', ['train', photos, '--out', at('here'), ...quick])
      const there: TrainResult = await told('there', [
        'train',
        photos,
        '--out',
        at('there'),
        ...quick,
        ...queue,
      ])
      await expect.poll(() => computed().features).toBeGreaterThan(0)
      expect(there.accuracy).toBe(here.accuracy)
      expect(readFileSync(there.model).equals(readFileSync(here.model))).toBe(true)
    })

    it('doctor: photos are measured and looked at by others, and the findings are the same', async () => {
      const here: DoctorResult = await told('doctor', ['doctor', photos, '--json', '--quiet'])
      const there: DoctorResult = await told('doctor-queue', [
        'doctor',
        photos,
        '--json',
        '--quiet',
        ...queue,
      ])
      await expect.poll(() => computed().facts).toBeGreaterThan(0)
      expect([there.findings, there.classes]).toEqual([here.findings, here.classes])
    })

    it('evaluate --folds: each fold is a run that others trained, and can be opened here', async () => {
      const folds = ['evaluate', photos, '--folds', '2', ...quick]
      const here: EvaluateFoldsResult = await told('here', [...folds, '--out', at('folds')])
      const there: EvaluateFoldsResult = await told('there', [...folds, '--out', at('folds-queue'), ...queue])
      await expect.poll(() => computed().fold).toBe(2)
      expect([there.accuracy, there.interval, there.figures]).toEqual([
        here.accuracy,
        here.interval,
        here.figures,
      ])
      const run = at('folds-queue', 'repeat-1', 'fold-1')
      expect(
        readFileSync(path.join(run, 'model.onnx')).equals(
          readFileSync(at('folds', 'repeat-1', 'fold-1', 'model.onnx')),
        ),
      ).toBe(true)
      const metrics: TrainResult = JSON.parse(readFileSync(path.join(run, 'metrics.json'), 'utf8'))
      expect(metrics.model).toBe(path.join(run, 'model.onnx'))
      for (const name of ['run.json', 'metrics.json', 'report.html', 'log.jsonl'])
        expect(readFileSync(path.join(run, name), 'utf8')).not.toContain('run-of-this-fold')
      const known: { count: number } = await told('there', ['evaluate', run, '--quiet', '--json'])
      expect(known.count).toBe(14)
    })

    it('predict --out: rows are those that one process writes', async () => {
      const rows = (name: string, ...more: string[]) =>
        told('here', ['predict', at('here'), photos, '--out', at(name), '--quiet', '--json', ...more])
      await rows('here.jsonl')
      await rows('there.jsonl', ...queue)
      await expect.poll(() => computed().verdicts).toBeGreaterThan(0)
      expect(readFileSync(at('there.jsonl'), 'utf8')).toBe(readFileSync(at('here.jsonl'), 'utf8'))
    })

    it('sweep: ways stand as they do here', async () => {
      const ways = ['sweep', photos, ...way, '--size', '32,64', '--folds', '2', '--quiet', '--json']
      const here: SweepResult = await told('here', [...ways, '--out', at('sweep')])
      const there: SweepResult = await told('there', [...ways, '--out', at('sweep-queue'), ...queue])
      expect(there.ways).toEqual(here.ways)
      await expect.poll(() => computed().trial).toBe(4)
    })

    it('refuse a store that cannot be used before photos are read, and leave nothing', async () => {
      const file = at('store-file')
      writeTree({ 'store-file': Buffer.from('') }, folder)
      const [flag, address] = queue
      for (const words of [
        ['train', photos],
        ['evaluate', photos, '--folds', '2'],
        ['sweep', photos, '--folds', '2'],
      ]) {
        const done = await chiquito([...words, '--out', at('nowhere'), flag, address, '--store', file])
        expect(done.stderr).toMatch(/^chiquito: Cannot use the store ".*store-file": it is a file/)
        expect([done.status, existsSync(at('nowhere'))]).toEqual([2, false])
      }
    })

    it('end on Ctrl-C while the server of their queue is away', async () => {
      const port = await freePort()
      const server = await startRedis(folder, port)
      const there = ['--queue', `redis://127.0.0.1:${port}`, '--store', at('store-away')]
      const asker = begun(['train', photos, '--out', at('stopped'), ...way, '--size', '64', ...there])
      await asker.until(() => asker.stderr.includes('Waiting for one'))
      const hand = begun(['worker', ...there])
      await hand.until(() => hand.stdout.includes('Ctrl-C stops it'))
      await server.stop('SIGKILL')
      for (const one of [asker, hand]) {
        await one.until(() => one.stderr.includes('is away'))
        expect(await one.stop('SIGINT'), one.stderr).toBe(130)
        expect(one.stderr).toMatch(/Interrupted/)
      }
    })

    it('refuse what would have no effect', async () => {
      const refused = async (...args: string[]) => {
        const done = await chiquito(args)
        expect(done.status).toBe(2)
        return done.stderr
      }
      const [, address] = queue
      expect(await refused('train', photos, '--out', at('none'), '--queue', address)).toContain(
        '--queue needs --store',
      )
      expect(await refused('train', photos, '--out', at('none'), '--store', store)).toContain(
        '--store has no effect',
      )
      expect(await refused('doctor', photos, '--store', store)).toContain(
        '--store has no effect without --queue',
      )
      expect(await refused('doctor', photos, '--no-cache', ...queue)).toContain(
        '--queue has no effect with --no-cache',
      )
      expect(await refused('predict', at('here'), photos, ...queue)).toContain('--queue goes with --out')
      expect(await refused('evaluate', at('here'), ...queue)).toContain('--queue')
      const out = at('none', 'v.jsonl')
      expect(await refused('predict', at('here'), photos, '--out', out, '--store', store)).toContain(
        '--store has no effect without --queue',
      )
      expect(await refused('predict', at('here'), photos, '--out', out, '--queue', address)).toContain(
        '--queue needs --store',
      )
      expect(existsSync(at('none'))).toBe(false)
    })
  },
)
