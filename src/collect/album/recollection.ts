import { join, resolve } from 'node:path'
import type { Found, Page } from '../sources/index.js'
import { type History, readHistory, type SearchState } from './history.js'

/** The log of an album; in its folder, and hidden. */
export const LOG = '.collect.jsonl'

/** What a folder remembers, for looking ahead: what is added to it here is kept in memory alone. */
export class Recollection {
  private constructor(private readonly history: History) {}

  /** @throws `io`, `data` */
  static async of(folder: string): Promise<Recollection> {
    return new Recollection(await readHistory(join(resolve(folder), LOG)))
  }

  /** What was asked for last. */
  get request(): History['request'] {
    return this.history.request
  }

  search(key: string): SearchState | undefined {
    return this.history.searches.get(key)
  }

  knows(address: string): boolean {
    return this.history.addresses.has(address)
  }

  /** Photos that the last request put into a class folder. */
  collected(folder: string): number {
    return this.history.collected.get(folder) ?? 0
  }

  addPage(
    where: { readonly search: string; readonly source: string; readonly folder: string | undefined },
    cursor: string | undefined,
    { next }: Pick<Page, 'next'>,
    found: readonly Found[],
  ): void {
    this.history.take({ event: 'page', ...where, cursor, next, found: [...found] })
  }
}
