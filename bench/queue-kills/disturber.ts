import { setTimeout as pause } from 'node:timers/promises'
import type { RandomStream } from '../../src/core/index.js'
import type { QueueServer } from '../support/queue.js'
import type { Asking } from './asked.js'
import type { Crew } from './crew.js'

/** Milliseconds between two kills, and before a server comes back: uniform. */
const BETWEEN_MS = [200, 1800] as const
const AWAY_MS = [100, 1500] as const

/** Before looking again, where nobody has a job in hand. */
const LOOK_MS = 20

export interface Disturbed {
  readonly workers: number
  readonly servers: number
}

/** Kills at random moments at which somebody works. */
export class Disturber {
  private workers = 0
  private servers = 0

  constructor(
    private readonly server: QueueServer,
    private readonly wanted: Disturbed,
    private readonly random: RandomStream,
  ) {}

  get hits(): Disturbed {
    return { workers: this.workers, servers: this.servers }
  }

  get isDone(): boolean {
    return this.workers >= this.wanted.workers && this.servers >= this.wanted.servers
  }

  /** Goes on until all that is wanted was killed, or the command has ended. */
  async disturb(crew: Crew, asking: Asking): Promise<void> {
    while (!this.isDone && !asking.hasEnded) {
      await pause(this.random.uniform(...BETWEEN_MS))
      while (!crew.isBusy && !asking.hasEnded) await pause(LOOK_MS)
      if (asking.hasEnded) return
      const left = {
        workers: this.wanted.workers - this.workers,
        servers: this.wanted.servers - this.servers,
      }
      if (this.random.uniform() * (left.workers + left.servers) < left.servers) await this.killServer()
      else if (crew.kill(this.random)) this.workers++
    }
  }

  private async killServer(): Promise<void> {
    await this.server.kill()
    this.servers++
    await pause(this.random.uniform(...AWAY_MS))
    await this.server.again()
  }
}
