import { type Progress, throwIfAborted } from '../../core/index.js'
import type { Album, Candidate } from '../album/index.js'
import type { Asker } from '../asking/index.js'
import type { Found, Query, Source } from '../sources/index.js'

/** Pages of one search: with twenty photos each that is far more than anybody looks for. */
const MAX_PAGES = 2000

/** Pages in a row that bring nothing new: the server gives the same ones again and again. */
const MAX_STALE_PAGES = 3

/** What is searched: a source, for a class. */
export interface SearchSubject {
  readonly source: Source
  readonly query: Query
  /** Folder of the class, relative to the collection. */
  readonly folder: string
}

/**
 * The photos that a source offers for a keyword, in its order, each once. What it said in an earlier process is taken from
 * the album; a page is asked for only when all before it have been taken.
 */
export class Search {
  private readonly key: string
  private taken = 0
  private stale = 0

  constructor(
    private readonly album: Album,
    private readonly subject: SearchSubject,
    private readonly asker: Asker,
    private readonly options: {
      readonly signal?: AbortSignal | undefined
      readonly progress?: Progress | undefined
    },
  ) {
    const { source, query, folder } = subject
    const { wanted: _, ...rest } = query
    this.key = JSON.stringify([source.name, folder, rest])
  }

  /** The next photo; undefined at the end. @throws what `Source.page` throws */
  async next(wanted: number): Promise<Candidate | undefined> {
    for (;;) {
      const state = this.album.search(this.key)
      const candidate = state?.candidates[this.taken]
      if (candidate !== undefined) {
        this.taken++
        return candidate
      }
      if (state !== undefined && state.next === undefined) return undefined
      throwIfAborted(this.options.signal)
      await this.askForPage(state?.next, wanted)
    }
  }

  private async askForPage(cursor: string | undefined, wanted: number): Promise<void> {
    const { source, query, folder } = this.subject
    const page = await this.asker.page(source, { ...query, wanted }, cursor)
    if (page.notice !== undefined) this.notice(page.notice)
    const fresh = this.fresh(page.found)
    this.stale = fresh.length === 0 ? this.stale + 1 : 0
    const next = this.following(cursor, page.next)
    this.album.addPage({ search: this.key, source: source.name, folder }, cursor, { ...page, next }, fresh)
  }

  /** Photos that nobody offered before. */
  private fresh(found: readonly Found[]): Found[] {
    const here = new Set<string>()
    return found.filter(({ address }) => {
      if (here.has(address) || this.album.knows(address)) return false
      here.add(address)
      return true
    })
  }

  /** Where the search goes on: nowhere, where the server leads in a circle. */
  private following(cursor: string | undefined, next: string | undefined): string | undefined {
    if (next === undefined) return undefined
    const state = this.album.search(this.key)
    const { title } = this.subject.source
    if (next === cursor || state?.cursors.has(next)) {
      this.notice(`${title} leads back to a page that it gave before: the search ends there.`)
      return undefined
    }
    if (this.stale >= MAX_STALE_PAGES || (state?.pages ?? 0) + 1 >= MAX_PAGES) {
      this.notice(`${title} gives page after page without anything new: the search ends there.`)
      return undefined
    }
    return next
  }

  private notice(message: string): void {
    this.options.progress?.({ kind: 'notice', message })
  }
}
