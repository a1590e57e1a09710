import { type Progress, throwIfAborted } from '../../core/index.js'
import type { Candidate, SearchState } from '../album/index.js'
import type { Found, Page, Query, Source } from '../sources/index.js'

/** Pages of one search: with twenty photos each that is far more than anybody looks for. */
const MAX_PAGES = 2000

/** Pages in a row that bring nothing new: the server gives the same ones again and again. */
const MAX_STALE_PAGES = 3

/** What is searched: a source, for a class. */
export interface SearchSubject {
  readonly source: Source
  /** As the person named it: tells one list from another. */
  readonly given: string
  readonly query: Omit<Query, 'wanted'>
  /** Tells searches apart that look for the same. */
  readonly id?: string | undefined
  /** Folder of the class, relative to the collection; undefined where each photo's label says it. */
  readonly folder: string | undefined
}

/** What remembers how far searches have come: an album, or a list in memory. */
export interface SearchMemory {
  search(key: string): SearchState | undefined
  knows(address: string, search: string): boolean
  addPage(
    where: { readonly search: string; readonly source: string; readonly folder: string | undefined },
    cursor: string | undefined,
    page: Pick<Page, 'next'>,
    found: readonly Found[],
  ): void
}

/** Asks the source for the page at a cursor. */
export type AskForPage = (query: Query, cursor: string | undefined) => Promise<Page>

export interface SearchOptions {
  readonly signal?: AbortSignal | undefined
  readonly progress?: Progress | undefined
}

/** By what a search is known in another process. */
export function searchKey({ given, folder, query, id }: Omit<SearchSubject, 'source'>): string {
  return JSON.stringify([given, folder, query, ...(id === undefined ? [] : [id])])
}

/**
 * The photos that a source offers for a keyword, in its order, each once. What it said in an earlier process is taken from
 * memory; a page is asked for only when all before it have been taken.
 */
export class Search {
  private readonly key: string
  private taken = 0
  private stale = 0
  /** Whether the source was asked in this process. */
  private isAsked = false

  constructor(
    private readonly memory: SearchMemory,
    private readonly subject: SearchSubject,
    private readonly ask: AskForPage,
    private readonly options: SearchOptions,
  ) {
    this.key = searchKey(subject)
  }

  /**
   * The next photo, which stays the next one until it is taken; undefined at the end.
   *
   * @param wanted - photos still wanted: a hint for the size of a page
   * @throws what `Source.page` throws
   */
  async next(wanted: number): Promise<Candidate | undefined> {
    for (;;) {
      const state = this.memory.search(this.key)
      const candidate = state?.candidates[this.taken]
      if (candidate !== undefined) return candidate
      if (state !== undefined && state.next === undefined) {
        const { isList, isLocal } = this.subject.source
        if (this.isAsked || !(isList || isLocal)) return undefined
        await this.lookAgain(wanted)
        continue
      }
      throwIfAborted(this.options.signal)
      await this.askForPage(state?.next, wanted)
    }
  }

  /** Goes on to the photo after this one. */
  take(): void {
    this.taken++
  }

  /** What the person's own list or folder holds that it did not hold when it was read to its end. */
  private async lookAgain(wanted: number): Promise<void> {
    const { source, query, folder } = this.subject
    this.isAsked = true
    let cursor: string | undefined
    do {
      throwIfAborted(this.options.signal)
      const page = await this.ask({ ...query, wanted }, cursor)
      const fresh = this.fresh(page.found)
      if (fresh.length > 0)
        this.memory.addPage(
          { search: this.key, source: source.name, folder },
          cursor,
          { next: undefined },
          fresh,
        )
      cursor = page.next
    } while (cursor !== undefined)
  }

  private async askForPage(cursor: string | undefined, wanted: number): Promise<void> {
    const { source, query, folder } = this.subject
    this.isAsked = true
    const page = await this.ask({ ...query, wanted }, cursor)
    if (page.notice !== undefined) this.notice(page.notice)
    const fresh = this.fresh(page.found)
    this.stale = fresh.length === 0 ? this.stale + 1 : 0
    const next = this.following(cursor, page.next)
    this.memory.addPage({ search: this.key, source: source.name, folder }, cursor, { next }, fresh)
  }

  /** Photos of which nothing is known. */
  private fresh(found: readonly Found[]): Found[] {
    const here = new Set<string>()
    return found.filter(({ address }) => {
      if (here.has(address) || this.memory.knows(address, this.key)) return false
      here.add(address)
      return true
    })
  }

  /** Where the search goes on: nowhere, where the server leads in a circle. */
  private following(cursor: string | undefined, next: string | undefined): string | undefined {
    if (next === undefined) return undefined
    const been = this.memory.search(this.key)?.cursors
    const { title } = this.subject.source
    if (next === cursor || been?.has(next)) {
      this.notice(`${title} leads back to a page that it gave before: the search ends there.`)
      return undefined
    }
    if (this.stale >= MAX_STALE_PAGES || (been?.size ?? 0) + 1 >= MAX_PAGES) {
      this.notice(`${title} gives page after page without anything new: the search ends there.`)
      return undefined
    }
    return next
  }

  private notice(message: string): void {
    this.options.progress?.({ kind: 'notice', message })
  }
}
