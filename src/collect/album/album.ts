import { existsSync } from 'node:fs'
import { rm, rmdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ChiquitoError, type WorkOptions } from '../../core/index.js'
import { METADATA } from '../../dataset/index.js'
import { LogWriter, makeFolder, type Release, removeLeftovers, takeLockSoon } from '../../files/index.js'
import type { Arrived, Refused } from '../downloader/index.js'
import { writeAttribution } from './attribution.js'
import { Copies } from './copies.js'
import { noteGone } from './gone.js'
import { type Candidate, type History, readHistory } from './history.js'
import { type AttributedRow, MetadataFile, type MetadataRow, rowOf } from './metadata.js'
import type { Naming } from './names.js'
import { Place } from './places.js'
import { LOG, Recollection } from './recollection.js'
import type { AlbumRecord } from './records.js'
import { moveToPlace, putWaiting, removeWaiting, settleWaiting } from './waiting.js'

/** Hidden, and a file as the log: tools that take every folder for a class do not meet them. */
const LOCK = '.collect.lock'

/**
 * A folder of collected photos, and what it remembers: which pages its sources gave, what became of each photo that they
 * offered. Each step is in the log before anything follows from it, so a collection that was killed goes on where it
 * stopped: nothing is fetched twice, and nothing is lost.
 */
export class Album extends Recollection {
  private readonly places = new Map<string, Place>()
  private readonly copies = new Copies()

  private constructor(
    /** Absolute. */
    readonly folder: string,
    history: History,
    private readonly log: LogWriter,
    private readonly metadata: MetadataFile,
    private readonly release: Release,
    private readonly naming: Naming | undefined,
    /** The folder was made for it. */
    private readonly isNew: boolean,
  ) {
    super(history)
    for (const { arrived, file } of history.kept())
      if (arrived !== undefined && file !== undefined) this.copies.add(arrived, file)
  }

  /** Opens a folder, made when absent, and puts in order what a kill left. @throws `io` when in use, `data` */
  static async open(path: string, naming?: Naming | undefined, work: WorkOptions = {}): Promise<Album> {
    const folder = resolve(path)
    const isNew = !existsSync(folder)
    await makeFolder(folder)
    const release = await takeLockSoon(join(folder, LOCK), `"${folder}"`, work)
    try {
      await removeLeftovers(folder)
      const history = await readHistory(join(folder, LOG))
      await settleWaiting(folder, history)
      await noteGone(folder, history.kept())
      const metadata = await MetadataFile.open(folder, history.kept())
      const log = LogWriter.open(join(folder, LOG))
      return new Album(folder, history, log, metadata, release, naming, isNew)
    } catch (error) {
      release()
      throw error
    }
  }

  /** Those of each class folder into which it put any. */
  collectedByFolder(): ReadonlyMap<string, number> {
    return this.history.collected
  }

  /** A photo arrived: it waits for its turn. @throws `io` */
  async arrive({ number }: Candidate, { kind: _, bytes, ...facts }: Arrived): Promise<void> {
    await putWaiting(this.folder, number, bytes)
    this.record({ event: 'arrived', number, ...facts, bytes: bytes.length, at: new Date().toISOString() })
  }

  /** Its server could not be reached, and perhaps nothing could: it gets another chance in a later process. */
  postpone({ number }: Candidate): void {
    this.record({ event: 'unreached', number })
  }

  /** A photo is not collected. */
  async refuse({ number, arrived }: Candidate, { reason, detail }: Refused): Promise<void> {
    this.record({ event: 'refused', number, reason, detail })
    if (arrived !== undefined) await removeWaiting(this.folder, number)
  }

  /** It is the turn of a photo that arrived: it gets its name, unless it is a copy of one before. @throws `io` */
  async keep(candidate: Candidate): Promise<void> {
    const { arrived, number, folder } = candidate
    if (arrived === undefined) throw new ChiquitoError('data', `Photo ${number} has not arrived.`)
    const place = await this.place(folder)
    const copy = this.copies.find(arrived)
    if (copy !== undefined) return this.refuse(candidate, copy)
    const file = place.nextName({ address: candidate.found.address, format: arrived.format })
    this.record({ event: 'kept', number, file })
    await moveToPlace(this.folder, number, file)
    this.copies.add(arrived, file)
    this.metadata.append(rowOf(this.folder, candidate))
  }

  /** What is known of each photo in the folder that this collection brought. */
  rows(): MetadataRow[] {
    const present = this.history.kept().filter(({ isGone }) => !isGone)
    return present.map(candidate => rowOf(this.folder, candidate))
  }

  /** What is known of photos in the folder that another collection brought. */
  others(): Promise<AttributedRow[]> {
    return presentIn(this.folder, this.metadata.others)
  }

  /** Writes who made the photos, those that another collection brought too. @throws `io` */
  async attribute(): Promise<void> {
    await writeAttribution(this.folder, [...(await this.others()), ...this.rows()])
  }

  /** All that was asked for was done. */
  finish(): void {
    if (this.request?.isDone === false) this.record({ event: 'end' })
  }

  /** Closes its files. Where nothing was ever found, it leaves no trace of itself. @throws `io` */
  async close(): Promise<void> {
    this.log.close()
    this.metadata.close()
    this.release()
    if (!this.isEmpty) return
    await rm(join(this.folder, LOG), { force: true })
    const metadata = join(this.folder, METADATA)
    if ((await stat(metadata).catch(() => undefined))?.size === 0) await rm(metadata)
    // Only where nothing is in it.
    if (this.isNew) await rmdir(this.folder).catch(() => undefined)
  }

  /** A class folder, looked at when its first photo comes: what lies there already is not to come again. */
  private async place(folder: string): Promise<Place> {
    const known = this.places.get(folder)
    if (known !== undefined) return known
    const place = await Place.open(this.folder, folder, this.history, this.naming)
    this.places.set(folder, place)
    for (const other of place.others) {
      if (this.history.there.get(other.file) !== other) this.record(other)
      this.copies.add(other, other.file)
    }
    return place
  }

  protected override record(record: AlbumRecord): void {
    this.log.append(record)
    super.record(record)
  }
}

/** Rows of photos that are there. */
async function presentIn(root: string, rows: readonly AttributedRow[]): Promise<AttributedRow[]> {
  const isThere = await Promise.all(
    rows.map(row =>
      stat(join(root, row.file_name)).then(
        found => found.isFile(),
        () => false,
      ),
    ),
  )
  return rows.filter((_, i) => isThere[i])
}
