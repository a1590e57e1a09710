import { z } from 'zod'
import { type JobKindTable, jobKind } from '../../src/jobs/index.js'

/** A kind of job that has nothing to do: what is left is what handing out costs. */
export const jobKinds: JobKindTable = {
  empty: async () =>
    jobKind({
      name: 'empty',
      revision: 1,
      asked: z.strictObject({ sha256: z.string() }),
      place: z.null(),
      perform: async ({ sha256 }) => Buffer.from(sha256, 'hex'),
    }),
}

/** This module as it is built, for other processes. */
export const emptyJobs = new URL(import.meta.url)
