// Kills a command in the middle of its work, again and again. Knows no test runner: a benchmark uses it, too.
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { RandomStream } from '../../../src/core/index.js'
import type { Moment } from '../chiquito.js'

/** Something that is killed, and what must be true of it then. */
export interface Victim {
  readonly name: string
  /** Words for the command line. */
  readonly words: readonly string[]
  /** Makes all as it is before the command. */
  prepare(): void
  /** How far the work has come: 0 before its first step that lasts. */
  progress(): number
  /** When the work has come so far. */
  momentOf(progress: number): Moment
  /** What is wrong where it was just killed, in words. */
  inspect(): string[]
  /** Goes on, or takes back, and looks whether all is as it must be then. */
  goOn(run: (words: readonly string[]) => Promise<Ended>, turn: number): Promise<string[]>
}

/** How a process ended. */
export interface Ended {
  /** Exit code; null where a signal ended it. */
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

/** The built command line, and its cache folder. */
export interface Where {
  readonly program: string
  readonly cache: string
}

export interface KillOptions extends Where {
  /** So many are to hit in the middle. */
  readonly kills: number
  readonly random: RandomStream
  /** Told of each run. */
  readonly told?: ((line: string) => void) | undefined
}

/** What came of killing one command. */
export interface KillTally {
  readonly name: string
  /** Steps of an unharmed run, in whatever the command's work is counted in. */
  readonly whole: number
  /** Kills that hit between the first step and the last. */
  readonly hits: number
  /** Kills before, and runs that ended first. */
  readonly early: number
  readonly late: number
  /** Shares of the work that was done when it was killed, 0 to 1, sorted. */
  readonly at: readonly number[]
  /** What was wrong, in words. */
  readonly failures: readonly string[]
}

/** Runs for each kill that is wanted, at most: some end before they are killed. */
const MOST_RUNS = 3

/** Milliseconds after a step that a kill may wait, of which the command waits up to 5: it is to fall between steps, and within them. */
const MOST_DELAY = 8

/**
 * Lets a command end once, to see what there is to do; then kills it (-9) at steps drawn uniformly between the first and the last,
 * looks at what it left, goes on, and looks again. At its step it waits for whoever kills it.
 */
export async function killInTheMiddle(victim: Victim, options: KillOptions): Promise<KillTally> {
  const { kills, random, told = () => undefined } = options
  const run = runner(options)
  victim.prepare()
  const unharmed = await run(victim.words)
  const whole = victim.progress()
  const failures = unharmed.status === 0 ? [] : [`${victim.name}, unharmed: ${unharmed.stderr}`]
  const at: number[] = []
  let [early, late] = [0, 0]
  for (let turn = 0; failures.length === 0 && at.length < kills && turn < MOST_RUNS * kills; turn++) {
    victim.prepare()
    const steps = Math.floor(random.uniform(0, 1) * whole) + 1
    const until = `${options.cache}.go-on`
    rmSync(until, { force: true })
    const child = start(victim.words, options, [{ at: victim.momentOf(steps), until }])
    const ended = endOf(child)
    const letGo = () => writeFileSync(until, '')
    void killAt(child, () => victim.progress() >= steps, letGo, random.uniform(0, MOST_DELAY))
    const { signal } = await ended
    const done = victim.progress()
    if (signal === null) late++
    else if (done === 0) early++
    else if (done >= whole) late++
    else at.push(done / whole)
    told(`${victim.name}: ${signal === null ? 'ended' : `killed at ${done} of ${whole}`}`)
    const wrong = [...victim.inspect(), ...(await victim.goOn(run, done === 0 || signal === null ? 0 : turn))]
    for (const what of wrong) told(what)
    failures.push(...wrong.map(what => `${victim.name}, killed at ${done} of ${whole}: ${what}`))
  }
  return { name: victim.name, whole, hits: at.length, early, late, at: at.sort((a, b) => a - b), failures }
}

/** Runs the command line until it ends. */
export function runner(options: Where): (words: readonly string[]) => Promise<Ended> {
  return words => endOf(start(words, options))
}

function start(
  words: readonly string[],
  { program, cache }: Where,
  moments: readonly { readonly at: Moment; readonly until: string }[] = [],
): ChildProcess {
  // Of the checkout in which the program was built.
  const atMoments = path.resolve(program, '../../../test/support/at-moments.mjs')
  return spawn(process.execPath, ['--import', atMoments, program, ...words], {
    env: { ...process.env, CHIQUITO_CACHE: cache, AT_MOMENTS: JSON.stringify(moments) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

function endOf(child: ChildProcess): Promise<Ended> {
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => resolve({ status, signal, stderr }))
  })
}

async function killAt(
  child: ChildProcess,
  isReached: () => boolean,
  letGo: () => void,
  delay: number,
): Promise<void> {
  while (child.exitCode === null && child.signalCode === null && !isReached()) await pause(1)
  letGo()
  if (delay >= 1) await pause(delay)
  child.kill('SIGKILL')
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
