import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What tells of a folder's photos beside their names: the journal of what was done to them, tables, the division. */
const telling = /^(journal\.jsonl|split\.json|.*\.(csv|tsv|tab|jsonl|ndjson|parquet))$/i
const JOURNAL = 'journal.jsonl'

/** Files of a folder that are looked at one by one; more are notes to a photo each. */
const MOST_FILES = 64

/** A data set with more folders is looked at as far as this. */
const MOST_FOLDERS = 4000

/** Some disks keep times in steps of two seconds: a folder that has just changed may change again without showing it. */
const COARSE_MS = 2500

/** A text each that changes when something is done below a folder. */
export interface Marks {
  /** What was done by this program, wherever it was asked. */
  readonly journals: string
  /** Names of photos, and what tables say. */
  readonly photos: string
}

interface SeenFolder {
  readonly mark: string
  readonly seenAt: number
  readonly changedAt: number
  readonly folders: readonly string[]
  readonly files: readonly string[]
  readonly count: number
}

/** Sees by sizes and times whether something changed below a folder, whoever did it. Only folders that changed are read. */
export class FolderMarks {
  private seen = new Map<string, SeenFolder>()

  /** @param root - absolute */
  constructor(private readonly root: string) {}

  /** How it stands now. What cannot be read counts as not there. */
  async look(): Promise<Marks> {
    const seen = new Map<string, SeenFolder>()
    const journals: string[] = []
    const photos: string[] = []
    const ahead = [this.root]
    for (let path = ahead.pop(); path !== undefined && seen.size < MOST_FOLDERS; path = ahead.pop()) {
      const folder = await this.folderAt(path)
      if (folder === undefined) continue
      seen.set(path, folder)
      photos.push(`${path} ${folder.mark} ${folder.count}`)
      for (const name of folder.files)
        (name === JOURNAL ? journals : photos).push(await markOf(join(path, name)))
      ahead.push(...folder.folders.map(name => join(path, name)))
    }
    this.seen = seen
    return { journals: journals.join('\n'), photos: photos.join('\n') }
  }

  private async folderAt(path: string): Promise<SeenFolder | undefined> {
    try {
      const { mtimeMs, ino } = await stat(path)
      const mark = `${mtimeMs} ${ino}`
      const known = this.seen.get(path)
      if (known?.mark === mark && known.seenAt - known.changedAt > COARSE_MS) return known
      const seenAt = Date.now()
      const entries = (await readdir(path, { withFileTypes: true })).filter(
        ({ name }) => !name.startsWith('.'),
      )
      // Links are not followed: what is behind them is not this folder's.
      const folders = entries.filter(entry => entry.isDirectory()).map(({ name }) => name)
      const files = entries.filter(entry => entry.isFile() && telling.test(entry.name))
      return {
        ...{ mark, seenAt, changedAt: mtimeMs, folders },
        files: files.slice(0, MOST_FILES).map(({ name }) => name),
        count: entries.length,
      }
    } catch {
      return undefined
    }
  }
}

/** Size and time of a file; empty where there is none. */
export async function markOf(path: string): Promise<string> {
  const info = await stat(path).catch(() => undefined)
  return info === undefined ? '' : `${path} ${info.size} ${info.mtimeMs} ${info.ino}`
}
