import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { RandomStream } from '../../src/core/index.js'
import type { Program } from '../../test/support/queue/programs.js'
import { family } from '../support/process-tree.js'
import { workerProgram } from '../support/queue.js'
import { countedJobs } from '../workers/counted-jobs.js'

const lineSchema = z.object({
  event: z.enum(['ready', 'start', 'end']),
  key: z.string().default(''),
  outcome: z.string().optional(),
})

/** A job that took nine workers with it is blamed for that, and left; here nothing is its fault, so none is cut off as often. */
const MOST_A_JOB = 6

/** A worker, dead or alive. */
interface Member {
  readonly program: Program
  wasKilled: boolean
}

/** How often jobs were begun, all in all. */
export interface Executions {
  /** Jobs that were computed, each counted once. */
  readonly jobs: number
  /** How often one was begun. */
  readonly begun: number
  /** Of these, the ones that a kill cut off. */
  readonly cutOff: number
  /** Beginnings of a job that was computed already, or in other hands. */
  readonly twice: number
  /** Ends that are neither done nor recalled, in words. */
  readonly faults: readonly string[]
}

/** Workers that are killed and replaced. */
export class Crew {
  private readonly members: Member[] = []
  private readonly cuts = new Map<string, number>()

  private constructor(
    private readonly queue: string,
    private readonly folder: string,
  ) {}

  static async gather(queue: string, folder: string, count: number): Promise<Crew> {
    const crew = new Crew(queue, folder)
    await mkdir(folder, { recursive: true })
    await writeFile(crew.log, '')
    for (let i = 0; i < count; i++) crew.hire()
    await Promise.all(
      crew.members.map(({ program }) => program.until(() => program.stdout.includes('"ready"'))),
    )
    return crew
  }

  get store(): string {
    return path.join(this.folder, 'store')
  }

  /** Whether somebody has a job in hand that may be cut off. */
  get isBusy(): boolean {
    return this.victims().length > 0
  }

  /**
   * Kills (-9) a worker with a job in hand, and another one begins; half of them together with the process that does the job, as where a
   * machine goes.
   *
   * @returns false where nobody has one
   */
  kill(random: RandomStream): boolean {
    const victims = this.victims()
    if (victims.length === 0) return false
    const victim = victims[random.integer(victims.length)]
    add(this.cuts, inHandOf(victim) ?? '')
    const { pid } = victim.program.process
    const all = pid === undefined ? [] : family(pid)
    victim.wasKilled = true
    for (const each of random.uniform() < 0.5 ? all : all.slice(0, 1)) killed(each)
    this.hire()
    return true
  }

  async dismiss(): Promise<void> {
    await Promise.all(this.members.filter(({ wasKilled }) => !wasKilled).map(({ program }) => program.stop()))
  }

  executions(): Executions {
    const begun = new Map<string, number>()
    const cut = new Map<string, number>()
    const done = this.members.map(({ program }) => new Set(keysIn(program, 'done')))
    for (const line of readFileSync(this.log, 'utf8').trimEnd().split('\n').filter(Boolean)) {
      const [key, by] = line.split(' ')
      add(begun, key)
      if (this.members[Number(by)].wasKilled && !done[Number(by)].has(key)) add(cut, key)
    }
    const twice = [...begun].map(([key, times]) => Math.max(0, times - (cut.get(key) ?? 0) - 1))
    return {
      jobs: begun.size,
      begun: sum(begun.values()),
      cutOff: sum(cut.values()),
      twice: sum(twice),
      faults: this.members.flatMap(({ program }) =>
        linesOf(program).flatMap(({ event, key, outcome }) =>
          event === 'end' && outcome !== 'done' && outcome !== 'recalled'
            ? [`${key.slice(0, 12)}: ${outcome}`]
            : [],
        ),
      ),
    }
  }

  private get log(): string {
    return path.join(this.folder, 'executions.log')
  }

  private hire(): void {
    const env = {
      CHIQUITO_CACHE: path.join(this.folder, 'cache'),
      CHIQUITO_BENCH_LOG: this.log,
      CHIQUITO_BENCH_WORKER: String(this.members.length),
    }
    const { queue, store } = this
    this.members.push({ program: workerProgram({ queue, store, kinds: countedJobs, env }), wasKilled: false })
  }

  private victims(): Member[] {
    return this.members.filter(member => {
      const key = inHandOf(member)
      return key !== undefined && (this.cuts.get(key) ?? 0) < MOST_A_JOB
    })
  }
}

/** The job that a living worker is at. */
function inHandOf({ program, wasKilled }: Member): string | undefined {
  const last = linesOf(program).findLast(({ event }) => event !== 'ready')
  return wasKilled || last?.event !== 'start' ? undefined : last.key
}

function linesOf({ stdout }: Program): z.infer<typeof lineSchema>[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map(line => lineSchema.parse(JSON.parse(line)))
}

function keysIn(program: Program, wanted: string): string[] {
  return linesOf(program).flatMap(({ key, outcome }) => (outcome === wanted ? [key] : []))
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((a, b) => a + b, 0)
}

/** One that has just ended needs no killing. */
function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone.
  }
}
