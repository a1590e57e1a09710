import { join } from 'node:path'
import { z } from 'zod'
import { ChiquitoError, describeIssue } from '../core/index.js'
import { isRunJson, RUN_FORMAT, readRunJson } from '../files/index.js'

/** Raised when `run.json` changes so that older programs would misread it. */
const RUN_VERSION = 1

const triple = z.tuple([z.number(), z.number(), z.number()]).readonly()

const detailsSchema = z.object({
  /** The seed everything random was drawn from. */
  seed: z.int().nonnegative(),
  /** Name of the recipe as asked for: `auto`, `fastai-2018`. */
  recipe: z.string(),
  backbone: z.object({
    name: z.string(),
    id: z.string(),
    /** Side in pixels of the photos it was trained on. */
    inputSize: z.int().positive().optional(),
    /** `(byte - mean) / std`, in the order in which the network takes channels. */
    preprocessing: z
      .object({ mean: triple, std: triple, channels: z.enum(['rgb', 'bgr']).optional() })
      .optional(),
  }),
  /** Where the photos were, what they were (`fingerprintOf`), and the classes. */
  dataset: z.object({ root: z.string(), fingerprint: z.string(), labels: z.array(z.string()).min(1) }),
  /** Every other option, as the action that made the run understands it. */
  configuration: z.record(z.string(), z.unknown()),
  /** Programs that took part: `{ chiquito: '0.1.0', node: '20.20.2', … }`. */
  versions: z.record(z.string(), z.string()),
})

/** What a run was asked to do. */
export type RunDetails = z.infer<typeof detailsSchema>

const stateSchema = z.enum(['running', 'finished', 'interrupted', 'diverged', 'failed'])

/** How far a run has come. `running` without a living process means that it was killed. */
export type RunState = z.infer<typeof stateSchema>

const recordSchema = detailsSchema.extend({
  format: z.literal(RUN_FORMAT),
  version: z.literal(RUN_VERSION),
  state: stateSchema,
  started: z.iso.datetime(),
  ended: z.iso.datetime().optional(),
})

/** The content of `run.json`. */
export type RunRecord = z.infer<typeof recordSchema>

export function newRunRecord(details: RunDetails): RunRecord {
  const started = new Date().toISOString()
  return checked(
    { format: RUN_FORMAT, version: RUN_VERSION, state: 'running', started, ...details },
    'run.json',
  )
}

/**
 * Reads `run.json` of a folder; undefined when the folder has none or it is another program's.
 *
 * @throws `io` when it cannot be read, `data` when it is ours and damaged or newer than this program
 */
export async function readRunRecord(folder: string): Promise<RunRecord | undefined> {
  const path = join(folder, 'run.json')
  const value = await readRunJson(path)
  if (!isRunJson(value)) return undefined
  return checked(value, path)
}

const versionSchema = z.object({ version: z.int().gt(RUN_VERSION) })

function checked(value: unknown, path: string): RunRecord {
  if (versionSchema.safeParse(value).success)
    throw new ChiquitoError('data', `"${path}" was written by a newer chiquito. Update this one to read it.`)
  const result = recordSchema.safeParse(value)
  if (result.success) return result.data
  throw new ChiquitoError(
    'data',
    `"${path}" is damaged: ${describeIssue(result.error)}. Train again, or restore it.`,
  )
}
