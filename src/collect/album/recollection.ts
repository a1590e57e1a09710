import { join, resolve } from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import type { Found, Page } from '../sources/index.js'
import { type Candidate, type History, readHistory, type SearchState } from './history.js'
import { foldedFolderOf } from './names.js'
import type { AlbumRecord } from './records.js'

/** The log of an album; in its folder, and hidden. */
export const LOG = '.collect.jsonl'

/** What a folder remembers, for looking ahead: what is added to it here is kept in memory alone. */
export class Recollection {
  protected constructor(protected readonly history: History) {}

  /** @throws `io`, `data` */
  static async of(folder: string): Promise<Recollection> {
    return new Recollection(await readHistory(join(resolve(folder), LOG)))
  }

  /** What was asked for last, and whether all of it was done; undefined in a new folder. */
  get request(): History['request'] {
    return this.history.request
  }

  /** Whether no photo was ever found for it. */
  get isEmpty(): boolean {
    return this.history.candidates.length === 0
  }

  /** Something is asked for. */
  begin(request: string): void {
    this.record({ event: 'begin', format: 'chiquito-collection', version: 1, request })
  }

  /** How far a search has come. */
  search(key: string): SearchState | undefined {
    return this.history.searches.get(key)
  }

  /**
   * Whether an address brings nothing new: the same search found it before, or it is known what becomes of it. Photos that
   * another search found and left, as its class was full, or that another request refused for itself, are new.
   */
  knows(address: string, search: string): boolean {
    const isFound = this.history.searches.get(search)?.addresses.has(address) ?? false
    return isFound || this.history.isSettled(address)
  }

  /** Whether another search has seen to this photo, after this one had found and left it. */
  isSeenTo(candidate: Candidate): boolean {
    return this.history.isSettled(candidate.found.address, candidate)
  }

  /** Photos that the last request put into a class folder. */
  collected(folder: string): number {
    return this.history.collected.get(folder) ?? 0
  }

  /** Those that one search brought. */
  collectedBy(search: string): number {
    return this.history.collectedBy.get(search) ?? 0
  }

  /**
   * A source answered; `found` are the photos of its page that are new.
   *
   * @throws `data` for classes that would share a folder
   */
  addPage(
    where: { readonly search: string; readonly source: string; readonly folder: string | undefined },
    cursor: string | undefined,
    { next }: Pick<Page, 'next'>,
    found: readonly Found[],
  ): void {
    if (where.folder === undefined) this.requireOwnFolders(found)
    this.record({ event: 'page', ...where, cursor, next, found: [...found] })
  }

  private requireOwnFolders(found: readonly Found[]): void {
    const here = new Map<string, string>()
    for (const { label } of found) {
      if (label === undefined) continue
      const name = foldedFolderOf(label)
      const other = here.get(name) ?? this.history.labels.get(name) ?? label
      if (other !== label)
        throw new ChiquitoError(
          'data',
          `The classes ${JSON.stringify(other)} and ${JSON.stringify(label)} would share a folder, here or on other systems. ` +
            'Give one of them another name; or, where they are the same class, write it the same way.',
        )
      here.set(name, label)
    }
  }

  protected record(record: AlbumRecord): void {
    this.history.take(record)
  }
}
