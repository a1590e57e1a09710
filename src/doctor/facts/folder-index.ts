import { readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { LogWriter, makeFolderSync, sha256Schema } from '../../files/index.js'
import { sha256Of } from '../../images/index.js'
import { attempt, forgetOldest } from './forget-oldest.js'

/** What the file system says of a file, apart from its content. */
export interface FileStamp {
  readonly size: number
  /** Milliseconds. */
  readonly mtime: number
  readonly ctime: number
  readonly inode: number
}

/** A file as it was when it was read. */
const entrySchema = z.object({
  path: z.string(),
  size: z.number(),
  mtime: z.number(),
  ctime: z.number(),
  inode: z.number(),
  sha256: sha256Schema,
  /** When reading it began, in milliseconds. */
  at: z.number(),
})
type Entry = z.infer<typeof entrySchema>

/** Clocks of file systems tick as slowly as this (FAT's); a file changed again within a tick would look the same. */
const TICK_MS = 2000

/** Folders that are remembered; those not looked at for longest are forgotten. */
const MAX_FOLDERS = 200

/** Lines that nobody needs any more are thrown out when there are so many more than files. */
const STALE_SHARE = 2

/**
 * Which content each file of a folder had when it was last read, so that files that did not change are not read again. A
 * file that changed while, or just before, it was read is not believed. Only a cache: all of it may vanish.
 */
export class FolderIndex {
  private readonly entries = new Map<string, Entry>()
  private lines = 0

  private constructor(
    private readonly path: string,
    private readonly log: LogWriter | undefined,
  ) {}

  /**
   * @param folder - where indexes are kept; made when absent
   * @param root - the data set's folder, without links
   */
  static open(folder: string, root: string): FolderIndex {
    const path = join(folder, `${sha256Of(Buffer.from(root)).slice(0, 32)}.jsonl`)
    const kept = attempt(() => readFileSync(path, 'utf8')) ?? ''
    const log = attempt(() => {
      makeFolderSync(folder)
      forgetOldest(folder, MAX_FOLDERS)
      return LogWriter.open(path)
    })
    const index = new FolderIndex(path, log)
    for (const line of kept.split('\n')) {
      const entry = attempt(() => entrySchema.safeParse(JSON.parse(line)).data)
      if (entry === undefined) continue
      index.entries.set(entry.path, entry)
      index.lines++
    }
    attempt(() => utimesSync(path, new Date(), new Date()))
    return index
  }

  /** The content of a file, if it is as it was. */
  get(path: string, { size, mtime, ctime, inode }: FileStamp): string | undefined {
    const entry = this.entries.get(path)
    const isSame =
      entry !== undefined &&
      entry.size === size &&
      entry.mtime === mtime &&
      entry.ctime === ctime &&
      entry.inode === inode &&
      Math.max(mtime, ctime) + TICK_MS < entry.at
    return isSame ? entry.sha256 : undefined
  }

  /** @param at - when reading it began */
  put(path: string, { size, mtime, ctime, inode }: FileStamp, sha256: string, at: number): void {
    const entry = { path, size, mtime, ctime, inode, sha256, at }
    this.entries.set(path, entry)
    this.lines++
    attempt(() => this.log?.append(entry))
  }

  /** @param paths - of the files that are there: others are forgotten, once there are many */
  close(paths: readonly string[]): void {
    attempt(() => this.log?.close())
    if (this.lines <= STALE_SHARE * paths.length + MAX_FOLDERS) return
    const there = paths.flatMap(path => this.entries.get(path) ?? [])
    attempt(() => writeFileSync(this.path, there.map(entry => `${JSON.stringify(entry)}\n`).join('')))
  }
}
