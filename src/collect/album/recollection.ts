import { join, resolve } from 'node:path'
import type { Found, Page } from '../sources/index.js'
import { type History, readHistory, type SearchState } from './history.js'
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

  /** Whether an address was found before, by whichever search. */
  knows(address: string): boolean {
    return this.history.addresses.has(address)
  }

  /** Photos that the last request put into a class folder. */
  collected(folder: string): number {
    return this.history.collected.get(folder) ?? 0
  }

  /** A source answered; `found` are the photos of its page that are new. */
  addPage(
    where: { readonly search: string; readonly source: string; readonly folder: string | undefined },
    cursor: string | undefined,
    { next }: Pick<Page, 'next'>,
    found: readonly Found[],
  ): void {
    this.record({ event: 'page', ...where, cursor, next, found: [...found] })
  }

  protected record(record: AlbumRecord): void {
    this.history.take(record)
  }
}
