import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ChiquitoError } from '../core/index.js'
import { errorCode, ioError } from './io-error.js'
import { describeIssue } from './issue.js'

/** Raised when `run.json` changes so that older programs would misread it. */
const RUN_VERSION = 1

/** `run.json` is a page of text; anything larger is not ours and is not read into memory. */
const MAX_RUN_JSON_BYTES = 16 * 1024 * 1024

const detailsSchema = z.object({
  /** The seed everything random was drawn from. */
  seed: z.int().nonnegative(),
  /** Name of the recipe as asked for: `auto`, `fastai-2018`. */
  recipe: z.string(),
  backbone: z.object({ name: z.string(), id: z.string() }),
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
  format: z.literal('chiquito-run'),
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
    { format: 'chiquito-run', version: RUN_VERSION, state: 'running', started, ...details },
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
  const value = await readJson(path)
  if (!markerSchema.safeParse(value).success) return undefined
  return checked(value, path)
}

/** Whether a folder holds a run of ours, finished or not. Never throws: a folder of photos is asked, too. */
export async function isRunFolder(folder: string): Promise<boolean> {
  const value = await readJson(join(folder, 'run.json')).catch(() => undefined)
  return markerSchema.safeParse(value).success
}

const markerSchema = z.object({ format: z.literal('chiquito-run') })
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

/** Undefined when there is no such file or it is not JSON. @throws `io` */
async function readJson(path: string): Promise<unknown> {
  try {
    const info = await stat(path)
    if (!info.isFile() || info.size > MAX_RUN_JSON_BYTES) return undefined
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError || ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? ''))
      return undefined
    throw ioError(error, 'read', path)
  }
}
