import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { ChiquitoError, describeIssue, type Failure, version, type WorkOptions } from '../core/index.js'
import type { BlobStore } from './store/index.js'

/** What goes from one machine to another. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json | undefined }

/** A piece of work. */
export interface Job {
  /** Name of its {@link JobKind}. */
  readonly kind: string
  /** All that its result depends on, contents by their hash: a job is named by it. */
  readonly asked: Json
  /** Where those contents can be read, which the result does not depend on. */
  readonly place: Json
}

/** What a job works with. */
export interface JobContext extends WorkOptions {
  readonly store: BlobStore
  /** Threads of the processor that one job may take; all of them where absent. */
  readonly threads?: number | undefined
}

/** How work of one kind is done. Results depend on what was asked alone, so that whoever does a job writes the same bytes. */
export interface JobKind {
  readonly name: string
  /** Another number where the same question gets other bytes as an answer. */
  readonly revision: number
  /** @throws ChiquitoError; `usage` for a job that is none of this kind */
  perform(job: Job, context: JobContext): Promise<Uint8Array>
  /** How to go on where a job again and again takes its worker with it. Without it such a job fails. */
  readonly division?: Division | undefined
  /** Lets go of what was kept open from job to job. */
  close(): Promise<void>
}

/** A job whose worker dies is done in smaller pieces, until what kills it stands alone. */
export interface Division {
  /** The same work in smaller jobs; none where it cannot be smaller. */
  parts(job: Job): readonly Job[]
  /** The result of a whole from those of its parts. */
  join(job: Job, results: readonly Uint8Array[]): Uint8Array
  /** The result of the smallest job where it cannot be done. */
  setAside(job: Job, reason: string): Uint8Array
}

interface Definition<Asked extends Json, Place extends Json> {
  readonly name: string
  readonly revision: number
  readonly asked: z.ZodType<Asked>
  readonly place: z.ZodType<Place>
  perform(asked: Asked, place: Place, context: JobContext): Promise<Uint8Array>
  readonly division?: {
    parts(asked: Asked, place: Place): readonly { readonly asked: Asked; readonly place: Place }[]
    join(asked: Asked, results: readonly Uint8Array[]): Uint8Array
    setAside(asked: Asked, reason: string): Uint8Array
  }
  close?(): Promise<void>
}

/** A kind of job, whose questions are checked wherever they come from. */
export function jobKind<Asked extends Json, Place extends Json>(
  definition: Definition<Asked, Place>,
): JobKind {
  const { name, revision, division } = definition
  const askedOf = (job: Job) => checked(definition.asked, job.asked, name)
  const placeOf = (job: Job) => checked(definition.place, job.place, name)
  return {
    name,
    revision,
    perform: (job, context) => definition.perform(askedOf(job), placeOf(job), context),
    close: async () => definition.close?.(),
    division: division && {
      parts: job => division.parts(askedOf(job), placeOf(job)).map(part => ({ kind: job.kind, ...part })),
      join: (job, results) => division.join(askedOf(job), results),
      setAside: (job, reason) => division.setAside(askedOf(job), reason),
    },
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, kind: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new ChiquitoError(
    'usage',
    `A job of the kind "${kind}" cannot be understood: ${describeIssue(parsed.error)}. Asker and worker must be of one version.`,
  )
}

/** What a job's result is kept under: SHA-256, hexadecimal. Another version of the program has other names. */
export function jobKey({ kind, asked }: Job, { revision }: JobKind): string {
  const facts = canonical({ kind, revision, version: version(), asked })
  return createHash('sha256').update(facts).digest('hex')
}

/** JSON with names in order, so that equal things are equal texts. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

/** How a job ended. */
export interface JobOutcome {
  readonly job: Job
  readonly key: string
  /** Absent where its result is in the store. */
  readonly failure?: Failure | undefined
  /** It had been done before. */
  readonly isRecalled: boolean
}
