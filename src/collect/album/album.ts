import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import { ioError, LogWriter, makeFolder, type Release, removeLeftovers, takeLock } from '../../files/index.js'
import type { Arrived, Refused } from '../downloader/index.js'
import type { Found, Page } from '../sources/index.js'
import { writeAttribution } from './attribution.js'
import { Copies } from './copies.js'
import { type Candidate, type History, readHistory, type SearchState } from './history.js'
import { MetadataFile, type MetadataRow, rowOf } from './metadata.js'
import { fileNameOf } from './names.js'
import type { AlbumRecord } from './records.js'

/** Hidden, and a file: tools that take every folder for a class do not meet it. */
const LOG = '.collect.jsonl'
const LOCK = '.collect.lock'

/** Where a photo waits until it is its turn: photos arrive in any order and get their names by the order of finding. */
const waitingName = (number: number) => `.${number}.waiting`
const waitingPattern = /^\.(\d+)\.waiting$/

/**
 * A folder of collected photos, and what it remembers: which pages its sources gave, what became of each photo that they
 * offered. Each step is in the log before the next begins, so a collection that was killed goes on where it stopped.
 */
export class Album {
  private constructor(
    /** Absolute. */
    readonly folder: string,
    private readonly history: History,
    private readonly log: LogWriter,
    private readonly metadata: MetadataFile,
    private readonly copies: Copies,
    private readonly release: Release,
  ) {}

  /** Opens a folder, made when absent, and puts in order what a kill left. @throws `io`, `data`, `usage` when in use */
  static async open(path: string): Promise<Album> {
    const folder = resolve(path)
    await makeFolder(folder)
    const release = takeLock(join(folder, LOCK), `"${folder}"`)
    try {
      await removeLeftovers(folder)
      const history = await readHistory(join(folder, LOG))
      await settleFiles(folder, history)
      const copies = new Copies()
      for (const { arrived, file } of history.kept()) if (arrived) copies.add(arrived, file ?? '')
      const metadata = await MetadataFile.open(folder, history.kept())
      return new Album(folder, history, LogWriter.open(join(folder, LOG)), metadata, copies, release)
    } catch (error) {
      release()
      throw error
    }
  }

  /** Every photo that was ever found, in the order of finding. */
  get candidates(): readonly Candidate[] {
    return this.history.candidates
  }

  /** The last request that was begun, and whether all of it was done. */
  get request(): { readonly text: string; readonly isDone: boolean } | undefined {
    return this.history.request
  }

  begin(request: string): void {
    this.record({ event: 'begin', format: 'chiquito-collection', version: 1, request })
  }

  /** How far a search has come. */
  search(key: string): SearchState | undefined {
    return this.history.searches.get(key)
  }

  /** Whether an address was found before, by whichever search. */
  knows(address: string): boolean {
    return this.history.addresses.has(address)
  }

  /** Photos that the present request put into a class folder. */
  collected(folder: string): number {
    return this.history.collected.get(folder) ?? 0
  }

  /** A source answered. */
  addPage(
    where: { readonly search: string; readonly source: string; readonly folder: string },
    cursor: string | undefined,
    { next }: Page,
    found: readonly Found[],
  ): void {
    this.record({ event: 'page', ...where, cursor, next, found: [...found] })
  }

  /** A photo arrived: it waits in the folder for its turn. @throws `io` */
  async arrive(candidate: Candidate, photo: Arrived): Promise<void> {
    const { bytes, kind: _, ...facts } = photo
    const path = join(this.folder, waitingName(candidate.number))
    try {
      await writeFile(path, bytes)
    } catch (error) {
      throw ioError(error, 'write', path)
    }
    const at = new Date().toISOString()
    this.record({ event: 'arrived', number: candidate.number, ...facts, bytes: bytes.length, at })
  }

  /** It is not collected. */
  async refuse(candidate: Candidate, { reason, detail }: Refused): Promise<void> {
    this.record({ event: 'refused', number: candidate.number, reason, detail })
    if (candidate.arrived) await rm(join(this.folder, waitingName(candidate.number)), { force: true })
  }

  /** It is this photo's turn: it gets its name, unless it is a copy of one before. */
  async keep(candidate: Candidate): Promise<void> {
    const { arrived, number, folder } = candidate
    if (arrived === undefined) throw new ChiquitoError('data', `Photo ${number} has not arrived.`)
    const copy = this.copies.find(arrived)
    if (copy !== undefined) return this.refuse(candidate, copy)
    const file = fileNameOf(folder, this.history.nextName(folder), arrived.format)
    this.record({ event: 'kept', number, file })
    await moveToPlace(this.folder, number, file)
    this.copies.add(arrived, file)
    this.metadata.append(rowOf(this.folder, candidate))
  }

  /** All was done: writes who made what. @throws `io` */
  async finish(): Promise<void> {
    await this.attribute()
    if (this.request?.isDone === false) this.record({ event: 'end' })
  }

  /** Writes who made the photos that are there so far. @throws `io` */
  async attribute(): Promise<void> {
    await writeAttribution(this.folder, this.rows())
  }

  /** What is known of each photo in the folder. */
  rows(): MetadataRow[] {
    return this.history.kept().map(candidate => rowOf(this.folder, candidate))
  }

  close(): void {
    this.log.close()
    this.metadata.close()
    this.release()
  }

  private record(record: AlbumRecord): void {
    this.log.append(record)
    this.history.take(record)
  }
}

/** Puts files where the log says they are, and removes what it does not know. */
async function settleFiles(folder: string, history: History): Promise<void> {
  const waiting = new Set<number>()
  for (const name of await readdir(folder)) {
    const match = waitingPattern.exec(name)
    if (match === null) continue
    const candidate = history.candidates[Number(match[1])]
    if (candidate?.state === 'arrived') waiting.add(candidate.number)
    else if (candidate?.state === 'kept' && candidate.file !== undefined)
      await moveToPlace(folder, candidate.number, candidate.file)
    else await rm(join(folder, name), { force: true })
  }
  for (const candidate of history.candidates)
    if (candidate.state === 'arrived' && !waiting.has(candidate.number)) history.forget(candidate)
}

async function moveToPlace(folder: string, number: number, file: string): Promise<void> {
  const path = join(folder, file)
  if (file.includes('/')) await makeFolder(join(path, '..'))
  try {
    await rename(join(folder, waitingName(number)), path)
  } catch (error) {
    throw ioError(error, 'write', path)
  }
}
