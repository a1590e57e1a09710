import { failureOf, throwIfAborted, type WorkOptions } from '../core/index.js'
import type { JobEngine, JobList } from './engine.js'
import { inOrder } from './in-order.js'
import { type Job, type JobOutcome, jobKey } from './job.js'
import { JobKinds, type JobKindTable } from './kinds.js'
import { perform } from './perform.js'
import { removeResult } from './results.js'
import type { BlobStore } from './store/index.js'

/** Does jobs in this thread: what they call has threads of its own. */
export class EngineHere implements JobEngine {
  private readonly kinds: JobKinds

  /** @param places - jobs in work at a time; with two, what one leaves of those threads the next one takes */
  constructor(
    table: JobKindTable,
    private readonly store: BlobStore,
    readonly places = 1,
  ) {
    this.kinds = new JobKinds(table)
  }

  run(jobs: JobList, work: WorkOptions = {}): AsyncGenerator<JobOutcome> {
    return inOrder(jobs, this.places, job => this.outcome(job, work))
  }

  discard({ key }: JobOutcome): Promise<void> {
    return removeResult(this.store, key)
  }

  close(): Promise<void> {
    return this.kinds.close()
  }

  private async outcome(job: Job, work: WorkOptions): Promise<JobOutcome> {
    throwIfAborted(work.signal)
    try {
      return { job, ...(await perform(job, this.kinds, this.store, work)) }
    } catch (error) {
      throwIfAborted(work.signal)
      const key = jobKey(job, await this.kinds.named(job.kind))
      return { job, key, failure: failureOf(error), isRecalled: false }
    }
  }
}
