import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { DoctorResult } from '../../actions/doctor.js'
import type { PhotosInFolder } from '../../actions/list-photos.js'
import { makeFolder, writeFileAtomic } from '../../files/index.js'

/** What the doctor found last, in the workspace's hidden folder. */
const FILE = 'findings.json'
const FORMAT = 'chiquito-findings'

const doctorSchema = z.object({
  checks: z.array(z.object({ name: z.string(), title: z.string(), advice: z.string() })),
  findings: z.array(
    z.object({
      check: z.string(),
      photos: z.array(z.string()),
      certain: z.boolean(),
      message: z.string(),
      said: z.object({ code: z.string(), values: z.array(z.union([z.string(), z.number()])) }).optional(),
      isStyle: z.literal(true).optional(),
    }),
  ),
})

const recordSchema = doctorSchema.extend({
  format: z.literal(FORMAT),
  /** When it began to look, and when it ended; ISO 8601. */
  started: z.string(),
  at: z.string(),
  /** The photos as they were when it began: version and class. */
  photos: z.record(z.string(), z.tuple([z.string(), z.string()])),
})
export type FindingsRecord = z.infer<typeof recordSchema>

/** Undefined where the doctor never looked, or where what was kept is damaged: it looks again then. */
export async function readFindings(home: string): Promise<FindingsRecord | undefined> {
  try {
    return recordSchema.safeParse(JSON.parse(await readFile(join(home, FILE), 'utf8'))).data
  } catch {
    return undefined
  }
}

/** Keeps what the doctor found. @throws `io` */
export async function keepFindings(
  home: string,
  {
    checks,
    findings,
    ...times
  }: Pick<DoctorResult, 'checks' | 'findings'> & Pick<FindingsRecord, 'started' | 'at'>,
  { photos, labels }: Pick<PhotosInFolder, 'photos' | 'labels'>,
): Promise<void> {
  const record = {
    format: FORMAT,
    ...times,
    checks,
    findings,
    photos: Object.fromEntries(photos.map(({ path, version, label }) => [path, [version, labels[label]]])),
  }
  await makeFolder(home)
  await writeFileAtomic(join(home, FILE), JSON.stringify(record))
}
