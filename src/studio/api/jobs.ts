import { z } from 'zod'

/** What long work there is. */
export const jobKinds = [
  'collect',
  'lfw',
  'archive',
  'addresses',
  'demo-data',
  'doctor',
  'train',
  'evaluate',
  'app',
  'export',
] as const
export type JobKind = (typeof jobKinds)[number]

/** `cut-off`: the server or the job's process was killed. */
export const jobStates = ['waiting', 'running', 'stopped', 'cut-off', 'failed', 'done'] as const
export type JobState = (typeof jobStates)[number]

/** How long work stands; what pages show of it. */
export interface Job {
  readonly id: string
  readonly kind: JobKind
  readonly title: string
  readonly state: JobState
  /** ISO 8601. */
  readonly started: string
  readonly ended: string | null
  readonly progress: readonly {
    readonly task: string
    readonly done: number
    readonly total: number | null
    readonly note: string | null
  }[]
  /** Until it is done, roughly; null where nobody knows. */
  readonly secondsLeft: number | null
  readonly notices: readonly string[]
  readonly error: { readonly code: string; readonly message: string } | null
  /** What the action gave back. */
  readonly result: unknown
  readonly canResume: boolean
}

/** `POST /api/jobs`; the options of each kind are checked by its own schema. */
export const startJobSchema = z.object({
  kind: z.enum(jobKinds),
  options: z.record(z.string(), z.unknown()).default({}),
})
