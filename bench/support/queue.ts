import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../test/support/free-port.js'
import { Program, redisProgram, startRedis } from '../../test/support/queue/programs.js'

export const noRedis = 'neither redis-server nor valkey-server is there: apt-get install redis-server'

/** A server of its own, on a free port, that can be killed and comes back with what it held. */
export class QueueServer {
  private constructor(
    private readonly dir: string,
    private readonly port: number,
    private program: Program,
  ) {}

  /** @param folder - for its append-only file, as `docs/many-machines.md` advises. Undefined where no server is installed. */
  static async start(folder: string): Promise<QueueServer | undefined> {
    if (redisProgram === undefined) return undefined
    const dir = path.join(folder, 'redis')
    await mkdir(dir, { recursive: true })
    const port = await freePort()
    return new QueueServer(dir, port, await startRedis(dir, port))
  }

  get address(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  get pid(): number | undefined {
    return this.program.process.pid
  }

  async kill(): Promise<void> {
    await this.program.stop('SIGKILL')
  }

  async again(): Promise<void> {
    this.program = await startRedis(this.dir, this.port)
  }

  async stop(): Promise<void> {
    await this.program.stop()
  }
}

/** Who does jobs, and for whom. */
export interface WorkerPlace {
  readonly queue: string
  readonly store: string
  /** The module of the kinds of jobs, as it is built. */
  readonly kinds: URL
  /** Jobs at a time; 1 by default. */
  readonly atOnce?: number
  readonly env?: Readonly<Record<string, string>>
}

/** `chiquito worker` as a process of its own, ready for jobs. */
export async function startWorker(place: WorkerPlace): Promise<Program> {
  const worker = workerProgram(place)
  await worker.until(() => worker.stdout.includes('"ready"'))
  return worker
}

/** The same, just begun. */
export function workerProgram({ queue, store, kinds, atOnce = 1, env = {} }: WorkerPlace): Program {
  const program = fileURLToPath(new URL('../workers/queue-worker.js', import.meta.url))
  const words = ['worker', '--json', '--queue', queue, '--store', store, '--at-once', String(atOnce)]
  const child = spawn(process.execPath, [program, kinds.href, ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new Program(child, 'a worker')
}
