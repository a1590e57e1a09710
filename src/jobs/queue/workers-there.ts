import { ChiquitoError, type Progress, plural } from '../../core/index.js'
import type { QueueAddress } from './address.js'
import type { Notice } from './messages.js'
import type { Release } from './release.js'

/** Looks without a worker before that is said: after a server was away, workers say only by and by that they are there. */
const LOOKS = 2

/** Tells an asker who there is for its jobs. */
export class WorkersThere {
  private without = 0
  private with = 0
  private readonly blind = new Set<string>()

  constructor(
    private readonly address: QueueAddress,
    private readonly release: Release,
    private readonly store: string,
    private readonly progress: Progress | undefined,
  ) {}

  /** What is to be known of the workers that are there; an error where none of them can ever do these jobs. */
  look(workers: readonly Notice[]): ChiquitoError | undefined {
    const ours = workers.filter(({ queue }) => queue === this.release.queue)
    if (ours.length > 0) {
      if (this.with === 0) this.say(`${plural(ours.length, 'worker')} at ${this.address.shown}.`, true)
      this.with = ours.length
      this.without = 0
      return undefined
    }
    this.with = 0
    if (++this.without < LOOKS) return undefined
    if (workers.length > 0) return this.refusal(workers)
    if (this.without === LOOKS)
      this.say(
        `No worker is at ${this.address.shown}. Waiting for one: chiquito worker --queue ${this.address.shown} --store ${this.store}`,
      )
    return undefined
  }

  /** A worker looked for a job and found none. */
  unseen(worker: string): void {
    if (this.blind.has(worker)) return
    this.blind.add(worker)
    this.say(
      `The worker on ${worker} does not find the jobs of ${this.store}. Its --store must be the same folder, as that machine sees it.`,
    )
  }

  /** A worker is gone, and its job waits for another. */
  stalled(): void {
    this.say('A worker went away in the middle of a job, which another one is given.', true)
  }

  private refusal(workers: readonly Notice[]): ChiquitoError {
    const theirs = [...new Set(workers.map(({ release, host }) => `${release} (on ${host})`))].slice(0, 3)
    return new ChiquitoError(
      'usage',
      `The workers at ${this.address.shown} compute with other versions than this machine, so their results could differ: ` +
        `here ${this.release.text}; there ${theirs.join('; ')}. Install the same on all machines.`,
    )
  }

  private say(message: string, isRoutine = false): void {
    this.progress?.({ kind: 'notice', message, isRoutine })
  }
}
