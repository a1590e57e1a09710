import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { RandomStream } from '../src/core/index.js'
import { asked } from './queue-kills/asked.js'
import { Crew, type Executions } from './queue-kills/crew.js'
import { type Disturbed, Disturber } from './queue-kills/disturber.js'
import { drawnPhotos, type Pass, passes } from './queue-kills/passes.js'
import { noRedis, QueueServer } from './support/queue.js'
import type { BenchOptions, BenchResult } from './support/result.js'

const SEED = 105

/** Workers at a time: more than processors, so that some always have a job in hand. */
const WORKERS = 4

/** Kills of Redis for each so many of workers. */
const WORKERS_A_SERVER = 5

/** A command is asked again, of nothing known, until all kills have hit; so often at most. */
const MOST_TURNS = 20

/** What came of one command. */
interface Tally extends Executions, Disturbed {
  readonly name: string
  readonly turns: number
  readonly seconds: number
  readonly failures: readonly string[]
}

/**
 * Kills (-9) workers in the middle of a job, 100 times in all (or as `--rounds` says), and Redis a fifth as often, while they work for
 * `train`, `doctor` and `sweep`: each result is that of one process, and nothing is computed twice but what was cut off.
 */
export async function benchQueueKills({ json, rounds = 100, only = '' }: BenchOptions): Promise<BenchResult> {
  const name = 'queue-kills'
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-queue-kills-'))
  const server = await QueueServer.start(folder)
  try {
    if (server === undefined) return { name, rows: [], skipped: noRedis }
    const say = (line: string) => (json ? undefined : console.error(line))
    await drawnPhotos(path.join(folder, 'photos'))
    const wanted = passes.filter(pass => pass.name.includes(only))
    const tallies: Tally[] = []
    for (const [i, pass] of wanted.entries()) {
      const share = (all: number) =>
        Math.round(((i + 1) * all) / wanted.length) - Math.round((i * all) / wanted.length)
      const kills = { workers: share(rounds), servers: share(Math.ceil(rounds / WORKERS_A_SERVER)) }
      tallies.push(
        await tallyOf(pass, {
          photos: path.join(folder, 'photos', pass.photos),
          folder: path.join(folder, String(i)),
          server,
          kills,
          say,
        }),
      )
    }
    return {
      name,
      rows: [],
      tables: [{ title: 'killed (-9) in the middle of a job', lines: [heads, ...tallies.map(lineOf)] }],
      failures: tallies.flatMap(({ failures }) => failures),
    }
  } finally {
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

interface TallyOptions {
  readonly photos: string
  readonly folder: string
  readonly server: QueueServer
  readonly kills: Disturbed
  readonly say: (line: string) => void
}

async function tallyOf(pass: Pass, { photos, folder, server, kills, say }: TallyOptions): Promise<Tally> {
  const started = performance.now()
  const alone = await asked(pass, { photos, folder: path.join(folder, 'alone') }).ended
  say(`${pass.name}: ${alone.seconds.toFixed(0)} s by one process`)
  const disturber = new Disturber(server, kills, RandomStream.fromSeed(SEED).fork(pass.name))
  const failures: string[] = []
  const all: Executions[] = []
  let turns = 0
  while (!disturber.isDone && turns < MOST_TURNS) {
    const place = path.join(folder, String(turns++))
    const crew = await Crew.gather(server.address, place, WORKERS)
    try {
      const asking = asked(pass, { photos, folder: place, queue: server.address, store: crew.store })
      const [told] = await Promise.all([asking.ended, disturber.disturb(crew, asking)])
      if (told.result !== alone.result)
        failures.push(`${pass.name}, turn ${turns}: the result is another one`)
    } finally {
      await crew.dismiss()
    }
    const executions = crew.executions()
    all.push(executions)
    const { workers, servers } = disturber.hits
    say(
      `${pass.name}, turn ${turns}: ${workers} workers and ${servers} servers killed, ${executions.jobs} jobs`,
    )
    failures.push(...executions.faults.map(fault => `${pass.name}, turn ${turns}: ${fault}`))
    if (executions.twice > 0)
      failures.push(`${pass.name}, turn ${turns}: ${executions.twice} jobs computed more than once`)
    await rm(place, { recursive: true, force: true })
  }
  if (!disturber.isDone) failures.push(`${pass.name}: not all kills hit within ${MOST_TURNS} turns`)
  const total = (of: (one: Executions) => number) => all.reduce((sum, one) => sum + of(one), 0)
  return {
    name: pass.name,
    turns,
    ...disturber.hits,
    jobs: total(({ jobs }) => jobs),
    begun: total(({ begun }) => begun),
    cutOff: total(({ cutOff }) => cutOff),
    twice: total(({ twice }) => twice),
    faults: [],
    seconds: (performance.now() - started) / 1000,
    failures,
  }
}

const heads = [
  'command',
  'turns',
  'workers killed',
  'Redis killed',
  'jobs',
  'begun',
  'cut off',
  'computed twice',
  'results that differ',
  'time',
]

function lineOf(tally: Tally): string[] {
  const { name, turns, workers, servers, jobs, begun, cutOff, twice, failures, seconds } = tally
  const others = failures.filter(failure => failure.endsWith('another one')).length
  return [name, turns, workers, servers, jobs, begun, cutOff, twice, others]
    .map(String)
    .concat(`${seconds.toFixed(0)} s`)
}
