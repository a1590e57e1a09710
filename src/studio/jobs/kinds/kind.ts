import type { z } from 'zod'
import { ChiquitoError, describeIssue, placeOfIssue, said, type WorkOptions } from '../../../core/index.js'
import type { Topic } from '../../changes.js'
import type { Places } from '../../runs/index.js'
import { cutTitle } from '../job.js'

export interface JobWork extends WorkOptions {
  /** It was cut off, and goes on. */
  readonly isResumed: boolean
}

/** A few fields of what came of it: what is more lies in the workspace. */
export type JobResult = Record<string, unknown>

/** Does some work by options that were checked. */
export type DoWork<Options> = (options: Options, places: Places, work: JobWork) => Promise<JobResult>

/** Options as they lie in a job's record. */
export type JobOptions = Readonly<Record<string, unknown>>

/** A kind of work, as those see it who start it. */
export interface Kind {
  /** It needs the whole machine: one of these at a time, the others wait. */
  readonly isHeavy: boolean
  /** What pages have to ask for again. */
  readonly changes: readonly Topic[]
  /**
   * Options, checked and completed.
   *
   * @param others - options of jobs of this kind that are not done
   * @throws `usage`
   */
  readonly prepare: (given: unknown, places: Places, others: readonly JobOptions[]) => Promise<JobOptions>
  readonly title: (options: JobOptions) => string
  /** Loads what does it: in the process of the job alone. */
  readonly load: () => Promise<DoWork<JobOptions>>
  /** Throws away what such work left that was not done and is not to be gone on with. @throws `usage`, `io` */
  readonly discard: (given: JobOptions, places: Places) => Promise<void>
}

export interface KindFacts<Options extends JobOptions> {
  readonly isHeavy: boolean
  readonly changes: readonly Topic[]
  /** A strict object: who misspells an option is told. */
  readonly options: z.ZodType<Options>
  /** What is only known by the workspace, such as a free name. */
  readonly complete?: (options: Options, places: Places, others: readonly Options[]) => Promise<Options>
  readonly title: (options: Options) => string
  readonly load: () => Promise<DoWork<Options>>
  /** Nothing by default: photos that came stay. */
  readonly discard?: (options: Options, places: Places) => Promise<void>
}

/** A kind of work whose options are what a schema says. */
export function kind<Options extends JobOptions>(facts: KindFacts<Options>): Kind {
  const parse = (given: unknown): Options => {
    const parsed = facts.options.safeParse(given)
    if (parsed.success) return parsed.data
    throw new ChiquitoError(
      'usage',
      `The options of this work are not acceptable: ${describeIssue(parsed.error)}.`,
      { said: said('options', placeOfIssue(parsed.error.issues[0]?.path ?? [])) },
    )
  }
  return {
    isHeavy: facts.isHeavy,
    changes: facts.changes,
    async prepare(given, places, others) {
      const options = parse(given)
      const known = others.flatMap((one): Options[] => {
        const { data } = facts.options.safeParse(one)
        return data === undefined ? [] : [data]
      })
      return (await facts.complete?.(options, places, known)) ?? options
    },
    title: options => cutTitle(facts.title(parse(options))),
    async load() {
      const run = await facts.load()
      return (options, places, work) => run(parse(options), places, work)
    },
    async discard(given, places) {
      // What no page could have asked for left nothing that is known.
      const { data: options } = facts.options.safeParse(given)
      if (options !== undefined) await facts.discard?.(options, places)
    },
  }
}
