import { z } from 'zod'
import { type JobState, jobSchema } from '../api/jobs.js'

/** Longest title: the name of a run, the words that were searched for. */
const MAX_TITLE = 200

/** A job on disk: what is needed to go on with it, too. */
export const jobRecordSchema = z.object({
  format: z.literal('chiquito-job'),
  version: z.literal(1),
  job: jobSchema,
  options: z.record(z.string(), z.unknown()),
})

export type JobRecord = z.infer<typeof jobRecordSchema>

/** Names of jobs: they sort by when they were asked for, and are names of folders on every system. */
export const jobIdPattern = /^\d{8}-\d{6}-[0-9a-f]{6}$/

export const isOver = (state: JobState): boolean => state !== 'waiting' && state !== 'running'

/** A text that fits the record. */
export function cutTitle(title: string): string {
  return title.length <= MAX_TITLE ? title : `${title.slice(0, MAX_TITLE - 1)}…`
}
