import type { Job } from '../job.js'
import { hasJob, putJob } from '../results.js'
import type { BlobStore } from '../store/index.js'
import type { Listener } from './askings.js'
import type { WorkersThere } from './workers-there.js'

/** The jobs that this asker has in the queue, as they lie in the store for as long as they are there. */
export class JobsAsked implements Listener {
  private readonly jobs = new Map<string, Job>()

  constructor(
    private readonly store: BlobStore,
    private readonly there: WorkersThere,
  ) {}

  /** Puts a job into the store. @throws `io` */
  async put(key: string, job: Job): Promise<void> {
    this.jobs.set(key, job)
    await putJob(this.store, key, job)
  }

  /** It is in the queue no more. */
  forget(key: string): void {
    this.jobs.delete(key)
  }

  /** A worker may have another store; or somebody who asked for the same, too, took the job out of this one when it had ended. */
  unseen(worker: string, key: string): void {
    this.putAgain(key)
      .then(isPut => (isPut ? undefined : this.there.unseen(worker)))
      // A store that is away says so itself, and the worker looks again.
      .catch(() => undefined)
  }

  stalled(): void {
    this.there.stalled()
  }

  private async putAgain(key: string): Promise<boolean> {
    const job = this.jobs.get(key)
    if (job === undefined || (await hasJob(this.store, key))) return false
    await putJob(this.store, key, job)
    return true
  }
}
