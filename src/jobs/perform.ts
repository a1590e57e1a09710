import { type Job, type JobContext, type JobKind, jobKey } from './job.js'
import type { JobKinds } from './kinds.js'
import { hasResult, putResult } from './results.js'
import type { BlobStore } from './store/index.js'

/** A job that was done. */
export interface Performed {
  readonly key: string
  /** Its result was there: nothing was computed. */
  readonly isRecalled: boolean
}

/**
 * Does a job, unless its result is there. Two that do the same at once write the same.
 *
 * @throws what its kind throws
 */
export async function perform(
  job: Job,
  kinds: JobKinds,
  store: BlobStore,
  work: Omit<JobContext, 'store'> = {},
): Promise<Performed> {
  const kind = await kinds.named(job.kind)
  const key = jobKey(job, kind)
  if (await hasResult(store, key)) return { key, isRecalled: true }
  return compute(job, key, kind, { ...work, store })
}

/**
 * Does a job whose result is not there.
 *
 * @param key - of this job
 * @throws what its kind throws
 */
export async function compute(job: Job, key: string, kind: JobKind, context: JobContext): Promise<Performed> {
  await putResult(context.store, key, await kind.perform(job, context))
  return { key, isRecalled: false }
}
