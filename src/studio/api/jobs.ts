import { z } from 'zod'

/** Kinds of work that bring photos. */
export const gatheringKinds = ['collect', 'addresses', 'lfw', 'archive', 'demo-data'] as const

/** What can be worked on in a process of its own: each has its line in `jobs/kinds/index.ts`. */
export const jobKinds = [
  ...gatheringKinds,
  'train',
  'evaluate',
  'compare',
  'find-rate',
  'more-photos',
  'doctor',
  'app',
  'export',
] as const

export type JobKind = (typeof jobKinds)[number]

/**
 * How far a job has come. `stopped`: by a person; `cut-off`: the studio or the process was ended, by a kill perhaps. `waiting`: another heavy
 * one is under way.
 */
export const jobStates = ['waiting', 'running', 'stopped', 'cut-off', 'failed', 'done'] as const

export type JobState = (typeof jobStates)[number]

/** The same as a code, for a page in another language. */
const saidSchema = z.object({
  code: z.string(),
  values: z.array(z.union([z.string(), z.number()])).readonly(),
})

const progressSchema = z.object({
  task: z.string(),
  /** Pieces done, of `total`, which is null where nobody knows it. */
  done: z.number(),
  total: z.number().nullable(),
  unit: z.literal('bytes').nullable(),
  note: z.string().nullable(),
})

/** A piece of a job's work. */
export type TaskProgress = z.infer<typeof progressSchema>

export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum(jobKinds),
  /** What it is about, in the person's own words. */
  title: z.string(),
  state: z.enum(jobStates),
  /** When it was asked for, and when it ended the last time; ISO 8601. */
  started: z.iso.datetime(),
  ended: z.iso.datetime().nullable(),
  /** In the order in which they began, the finished ones among them. */
  progress: z.array(progressSchema),
  /** Until all is done, roughly; null while nobody can tell. */
  secondsLeft: z.number().nonnegative().nullable(),
  /** Where more work may turn out to be worth it: how long all takes then, and in which case. */
  perhaps: z.object({ seconds: z.number().nonnegative(), when: z.string() }).nullable(),
  /** Sentences of whoever does the work. */
  notices: z.array(z.string()),
  /** Why it failed or was cut off. */
  error: z.object({ code: z.string(), message: z.string(), said: saidSchema.optional() }).nullable(),
  /** What it came to, in a few fields; the rest is in the workspace. */
  result: z.record(z.string(), z.unknown()).nullable(),
  /** Whether it can go on from where it ended. */
  canResume: z.boolean(),
})

/** Long work, as the page sees it. */
export type Job = z.infer<typeof jobSchema>

/** `POST /api/jobs`; the options of each kind are checked by its own schema. */
export const startJobSchema = z.object({
  kind: z.enum(jobKinds),
  options: z.record(z.string(), z.unknown()).default({}),
})
