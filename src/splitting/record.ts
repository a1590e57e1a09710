import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ChiquitoError, describeIssue } from '../core/index.js'
import { errorCode, ioError, removeLeftovers, writeFileAtomic } from '../files/index.js'

/** What a division is kept in, beside the photos and in the data set made of them. */
export const RECORD_FILE = 'split.json'

const FORMAT = 'chiquito-split'
const VERSION = 1

/** A hundred thousand photos take some 30 MB; anything much larger is not ours. */
const MAX_BYTES = 512 * 1024 * 1024

const shareSchema = z.union([
  z.object({ fraction: z.number().min(0).lt(1) }),
  z.object({ count: z.int().nonnegative() }),
])

const recordSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  seed: z.int().nonnegative(),
  valid: shareSchema.nullable(),
  test: shareSchema.nullable(),
  balance: z.boolean(),
  /** What kept photos together beside what always does, and how thoroughly copies were looked for. */
  groupBy: z.array(z.string()).default([]),
  notBy: z.array(z.string()).default([]),
  depth: z.enum(['quick', 'deep']).nullable().default(null),
  photos: z.array(
    z.object({
      /** Where it lay when it was divided, relative to the folder of photos. */
      path: z.string(),
      sha256: z.string(),
      label: z.string(),
      part: z.enum(['train', 'valid', 'test']),
      /** Where it lies in the data set; none where nothing was copied. */
      file: z
        .string()
        .regex(/^(train|valid|test)\/(?!\.{1,2}\/)[^/\\\0]+\/(?!\.{1,2}$)[^/\\\0]+$/)
        .optional(),
    }),
  ),
  /** Files of `photos` that are still to be copied: adding to the data set was cut off. */
  pending: z.array(z.string()).default([]),
})

/** A division as it was made: later photos are placed beside these. */
export type DivisionRecord = z.infer<typeof recordSchema>

/** What a division was asked for. */
export type DivisionSettings = Omit<DivisionRecord, 'format' | 'version' | 'photos' | 'pending'>

export function recordOf(settings: DivisionSettings, photos: DivisionRecord['photos']): DivisionRecord {
  return { format: FORMAT, version: VERSION, ...settingsIn(settings), photos, pending: [] }
}

function settingsIn({
  seed,
  valid,
  test,
  balance,
  groupBy,
  notBy,
  depth,
}: DivisionSettings): DivisionSettings {
  return { seed, valid, test, balance, groupBy, notBy, depth }
}

/** A line a photo: a person may read it. What a killed run left of an earlier try goes. @throws `io` */
export async function writeRecord(folder: string, { photos, ...head }: DivisionRecord): Promise<void> {
  const lines = photos.map(photo => JSON.stringify(photo)).join(',\n')
  const start = JSON.stringify(head).slice(0, -1)
  await removeLeftovers(folder, RECORD_FILE)
  await writeFileAtomic(join(folder, RECORD_FILE), `${start},"photos":[\n${lines}\n]}\n`)
}

/**
 * The record in a folder; undefined where there is none, `foreign` where another program's file has its name.
 *
 * @throws `io`; `data` where it is damaged or newer
 */
export async function readRecord(folder: string): Promise<DivisionRecord | 'foreign' | undefined> {
  const path = join(folder, RECORD_FILE)
  const value = await readJson(path)
  if (value === undefined) return undefined
  const ours = z.object({ format: z.literal(FORMAT), version: z.number().optional() }).safeParse(value).data
  if (ours === undefined) return 'foreign'
  if ((ours.version ?? 0) > VERSION)
    throw new ChiquitoError(
      'data',
      `"${path}" was written by a newer chiquito. Update this one, or move the file away.`,
    )
  const record = recordSchema.safeParse(value)
  if (record.success) return record.data
  throw new ChiquitoError(
    'data',
    `"${path}" is damaged: ${describeIssue(record.error)}. Restore it, or move it away.`,
  )
}

async function readJson(path: string): Promise<unknown> {
  let text = ''
  try {
    if ((await stat(path)).size > MAX_BYTES) return 'too large to be ours'
    text = await readFile(path, 'utf8')
    return JSON.parse(text)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    if (!(error instanceof SyntaxError)) throw ioError(error, 'read', path)
    if (!text.startsWith(`{"format":"${FORMAT}"`)) return 'not ours'
    throw new ChiquitoError('data', `"${path}" is damaged: not valid JSON. Restore it, or move it away.`)
  }
}

/** Whether two divisions were asked for alike, so that the later one goes on with the earlier. */
export function isSameAsked(a: DivisionSettings, b: DivisionSettings): boolean {
  return JSON.stringify(settingsIn(a)) === JSON.stringify(settingsIn(b))
}
