import type { WorkOptions } from '../core/index.js'
import type { Job, JobOutcome } from './job.js'

/** Jobs, as many as memory need not hold. */
export type JobList = Iterable<Job> | AsyncIterable<Job>

/** Does jobs: in this thread, on others, or on other machines. */
export interface JobEngine {
  /** Jobs in work or waiting at one time, beyond which no more are taken from the list. */
  readonly places: number
  /**
   * Does jobs side by side, and tells how each ended, in their order. A failure of one does not stop the others. Whoever stops
   * listening stops the work.
   *
   * @throws `interrupted` when the signal fires; `io` where the engine is lost
   */
  run(jobs: JobList, work?: WorkOptions): AsyncGenerator<JobOutcome>
  /** For whoever has put a result where it belongs: it is taken out of the store as soon as nobody else needs it. */
  discard(outcome: JobOutcome): Promise<void>
  close(): Promise<void>
}
