// A server, workers and askers for tests of the queue, each a process of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import path from 'node:path'

export const redisProgram = ['redis-server', 'valkey-server'].find(
  name => spawnSync(name, ['--version']).status === 0,
)

/** Nothing outlives the tests. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A process, and what it has said. */
export class Program {
  readonly ended: Promise<number | null>
  stdout = ''
  stderr = ''
  private readonly listeners = new Set<() => void>()
  /** All that it said has come; that it has exited says less. */
  private isOver = false

  constructor(
    readonly process: ChildProcess,
    private readonly what: string,
  ) {
    running.add(process)
    this.ended = new Promise(resolve => process.once('close', resolve))
    void this.ended.then(() => {
      running.delete(process)
      this.isOver = true
      this.wake()
    })
    process.stdout?.setEncoding('utf8').on('data', text => {
      this.stdout += text
      this.wake()
    })
    process.stderr?.setEncoding('utf8').on('data', text => {
      this.stderr += text
      this.wake()
    })
  }

  /** Resolves once something holds of what it said; rejects where it ends before. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (holds()) resolve()
        else if (this.isOver) reject(new Error(`${this.what} ended: ${this.stdout}\n${this.stderr}`))
        else return
        this.listeners.delete(look)
      }
      this.listeners.add(look)
      look()
    })
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.process.kill(signal)
    return this.ended
  }

  private wake(): void {
    for (const listen of this.listeners) listen()
  }
}

/** A server on a port of its own, with its append-only file in a folder; started again there it goes on. */
export async function startRedis(dir: string, port: number, more: readonly string[] = []): Promise<Program> {
  const words = [
    '--port',
    String(port),
    '--dir',
    dir,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--bind',
    '127.0.0.1',
  ]
  const child = spawn(redisProgram ?? '', [...words, ...more], { stdio: ['ignore', 'pipe', 'pipe'] })
  const redis = new Program(child, 'Redis')
  await redis.until(() => redis.stdout.includes('Ready to accept connections'))
  return redis
}

function script(name: string, words: readonly string[], env: Readonly<Record<string, string>>): Program {
  const file = path.join(import.meta.dirname, name)
  const child = spawn(process.execPath, [file, ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new Program(child, name)
}

/** What a worker says, a line each. */
export interface Line {
  readonly event: 'ready' | 'start' | 'end'
  readonly key?: string
  readonly outcome?: string
}

export class WorkerProgram {
  readonly program: Program

  constructor(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.program = script('worker.mjs', ['worker', '--json', ...words], env)
  }

  get lines(): readonly Line[] {
    const whole = this.program.stdout.split('\n').slice(0, -1)
    return whole.map((line): Line => JSON.parse(line))
  }

  keys(event: Line['event'], outcome?: string): readonly string[] {
    const some = this.lines.filter(line => line.event === event && (!outcome || line.outcome === outcome))
    return some.map(({ key = '' }) => key)
  }

  /** Resolves once it has said of so many jobs that they ended, which who asked may hear first. */
  ended(count: number): Promise<void> {
    return this.program.until(() => this.keys('end').length >= count)
  }

  async ready(): Promise<this> {
    await this.program.until(() => this.lines.some(({ event }) => event === 'ready'))
    return this
  }
}

/** What an asker was told. */
export interface Asked {
  readonly values: readonly (readonly [number, number | string])[]
  readonly failures: readonly { readonly code: string; readonly message: string }[]
  readonly recalled: number
  readonly thrown?: { readonly code: string; readonly message: string }
}

export interface Question {
  readonly queue: string
  readonly store: string
  readonly numbers: readonly number[]
  /** Numbers a job. */
  readonly size: number
  /** That a job takes. */
  readonly ms?: number
  readonly places?: number
  /** A number that kills who looks at it. */
  readonly deadly?: number
  readonly refused?: number
  /** All jobs but so many that begin first end only once a file is there. */
  readonly held?: { readonly butFirst: number; readonly until: string }
  /** Of the jobs: `doubled` by default, or `counted`, which says how far it is. */
  readonly kind?: 'doubled' | 'counted'
  /** Results are put where they belong, and not needed any more. */
  readonly isTaken?: boolean
  /** Says that it is `held` once it has reached queue and store, and asks when it is sent SIGUSR2. */
  readonly isHeld?: boolean
}

export function ask(question: Question, env: Readonly<Record<string, string>> = {}) {
  const program = script('ask.mjs', [JSON.stringify(question)], env)
  const answer = async (): Promise<Asked> => {
    await program.ended
    return JSON.parse(program.stdout)
  }
  return { program, answer: answer() }
}
