import { readdir, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { ChiquitoError, describeIssue, messageOf } from '../../core/index.js'
import { errorCode, ioError, LogWriter, makeFolder, writeFileAtomic } from '../../files/index.js'
import { type JobRecord, jobIdPattern, jobRecordSchema } from './job.js'

/** A record is a page of text; anything larger is none of ours. */
const MAX_RECORD_BYTES = 4 * 1024 * 1024

/** What is logged of a job at most: who needs more has the run's own log. */
const MAX_LOG_BYTES = 8 * 1024 * 1024

/** A record that cannot be read: told, and left as it is. */
export interface DamagedRecord {
  readonly id: string
  readonly problem: string
}

export interface ReadRecords {
  readonly records: readonly JobRecord[]
  readonly damaged: readonly DamagedRecord[]
}

/** The folder of jobs, in the studio's own. */
export const jobsFolder = (home: string) => path.join(home, 'jobs')

/** Every job on disk, the oldest first. @throws `io` */
export async function readRecords(home: string): Promise<ReadRecords> {
  const records: JobRecord[] = []
  const damaged: DamagedRecord[] = []
  for (const id of await idsIn(jobsFolder(home)))
    try {
      const record = await readRecord(home, id)
      if (record !== undefined) records.push(record)
    } catch (error) {
      damaged.push({ id, problem: messageOf(error) })
    }
  return { records, damaged }
}

async function idsIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    // Links could lead out of the workspace.
    return entries
      .filter(entry => entry.isDirectory() && jobIdPattern.test(entry.name))
      .map(({ name }) => name)
      .sort()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw ioError(error, 'read the folder', folder)
  }
}

/** Undefined where a kill left a folder without a record. @throws `io`, `data` */
async function readRecord(home: string, id: string): Promise<JobRecord | undefined> {
  const file = path.join(jobsFolder(home), id, 'job.json')
  const text = await readText(file)
  if (text === undefined) return undefined
  const record = jobRecordSchema.safeParse(json(text, file))
  if (!record.success)
    throw new ChiquitoError(
      'data',
      `"${file}" is damaged: ${describeIssue(record.error)}. The job is not shown.`,
    )
  if (record.data.job.id !== id)
    throw new ChiquitoError('data', `"${file}" is the record of another job. The job is not shown.`)
  return record.data
}

async function readText(file: string): Promise<string | undefined> {
  try {
    const { size } = await stat(file)
    if (size > MAX_RECORD_BYTES)
      throw new ChiquitoError(
        'data',
        `"${file}" has ${size} bytes: no record of a job. The job is not shown.`,
      )
    return await readFile(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw ioError(error, 'read', file)
  }
}

function json(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ChiquitoError('data', `"${file}" is not valid JSON. The job is not shown.`, { cause: error })
  }
}

/** What one job writes on disk: its record, replaced whole, and a log of what happened to it. */
export class JobFiles {
  /** Held by the process that works on it. */
  readonly lock: string
  private readonly folder: string
  private last: Promise<void> = Promise.resolve()

  constructor(home: string, id: string) {
    this.folder = path.join(jobsFolder(home), id)
    this.lock = path.join(this.folder, '.lock')
  }

  /** One write after another; the last one asked for is the one that stays. @throws `io` */
  save(record: JobRecord): Promise<void> {
    const text = JSON.stringify(record)
    const write = async () => {
      await makeFolder(this.folder)
      await writeFileAtomic(path.join(this.folder, 'job.json'), text)
    }
    const saved = this.last.then(write, write)
    this.last = saved.catch(() => undefined)
    return saved
  }

  /** Adds a line to `events.jsonl`. @throws `io` */
  async log(event: Readonly<Record<string, unknown>>): Promise<void> {
    await makeFolder(this.folder)
    const log = LogWriter.open(path.join(this.folder, 'events.jsonl'))
    try {
      if (log.size < MAX_LOG_BYTES) log.append({ at: new Date().toISOString(), ...event })
    } finally {
      log.close()
    }
  }

  /** Removes all of it. @throws `io` */
  async remove(): Promise<void> {
    await this.last
    await rm(this.folder, { recursive: true, force: true }).catch(error => {
      throw ioError(error, 'remove the folder', this.folder)
    })
  }

  /** Waits for what is being written. */
  async settled(): Promise<void> {
    await this.last
  }
}
