import { ChiquitoError, throwIfAborted, type WorkOptions } from '../../core/index.js'
import type { Album, Candidate } from '../album/index.js'
import { type Downloader, type Refused, refused } from '../downloader/index.js'
import { Search, type SearchSubject } from '../search/index.js'
import type { Page, Query, Source } from '../sources/index.js'
import { isUndecided, Judge, refusedUnseen } from './judge.js'
import { type AskedSource, missingFor, type Subject, wantedInAll } from './subject.js'
import type { Tally } from './tally.js'

/**
 * Photos on their way or waiting for their turn, at most: one slow server must not hold up the others, and what waits lies
 * on the disk.
 */
const MAX_AHEAD = 256

export interface GatherOptions extends WorkOptions {
  readonly subjects: readonly Subject[]
  readonly sources: readonly AskedSource[]
  /** Photos for each class. */
  readonly limit: number
  readonly chooser?: Chooser | undefined
  /** Private servers, `host:port`, that may be fetched from. */
  readonly allowedHosts?: ReadonlySet<string> | undefined
  /** Asks a source for a page. */
  readonly ask: (source: Source, query: Query, cursor: string | undefined) => Promise<Page>
}

/** Decides which photos are worth collecting, when they are known to be photos. */
export interface Chooser {
  /** Tells this way of choosing from another. */
  readonly id: string
  /** Whether a photo is wanted; otherwise it counts as one of which a model is sure. @throws `image` where it cannot be read */
  teaches(bytes: Uint8Array, name: string): Promise<boolean>
}

/** A source that failed, and how. */
export interface SourceFailure {
  readonly source: string
  readonly message: string
}

/** A photo that was begun, and what will have become of it. */
interface Begun {
  readonly candidate: Candidate
  readonly outcome: Promise<'arrived' | Refused>
}

/**
 * Collects class after class, from source after source, until each class has its photos or the sources have no more.
 *
 * Photos are fetched many at a time and arrive in any order, but each is judged (is it a copy? what is it called?) when
 * all that were found before it have been, and none is begun that may not be needed. So what lies in the folder in the end
 * depends on what sources and servers gave, and never on when.
 */
export class Gatherer {
  /** Sources that failed: the others went on. */
  readonly failures: SourceFailure[] = []
  private readonly begun: Begun[] = []
  private readonly begunIn = new Map<string, number>()
  private readonly judge: Judge
  /** Whose photos are begun. */
  private subject: Subject | undefined

  constructor(
    private readonly album: Album,
    private readonly downloader: Downloader,
    private readonly tally: Tally,
    private readonly options: GatherOptions,
  ) {
    this.judge = new Judge(album, tally)
  }

  /** @throws `io` of the disk, and where nothing can be reached; `interrupted`. Photos may then still be on their way. */
  async run(): Promise<void> {
    const failed = new Set<string>()
    for (const subject of this.options.subjects) {
      this.subject = subject
      for (const named of subject.sources ?? this.options.sources) {
        if (failed.has(named.given)) continue
        if (!(await this.searchFor({ ...subject, ...named }))) failed.add(named.given)
      }
    }
    await this.judge.end()
  }

  /** Whether every class has its photos; a class that only labels name is never known to have all. */
  get isFull(): boolean {
    const { subjects } = this.options
    return subjects.every(
      subject => subject.folder !== undefined && this.missing(subject.folder, subject) <= 0,
    )
  }

  /** When nothing is on its way any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.begun.map(({ outcome }) => outcome))
  }

  /** All that one source gives for one class. False where the source failed. */
  private async searchFor(subject: SearchSubject): Promise<boolean> {
    const { source } = subject
    const ask = (query: Query, cursor: string | undefined) => this.options.ask(source, query, cursor)
    const search = new Search(this.album, subject, ask, this.options)
    let isAlive = true
    for (;;) {
      if (isAlive) isAlive = await this.fill(search, subject)
      const first = this.begun.shift()
      if (first === undefined) return isAlive
      await this.settle(first)
      throwIfAborted(this.options.signal)
    }
  }

  /** Begins as many photos as there is room for. False where the source failed. */
  private async fill(search: Search, subject: SearchSubject): Promise<boolean> {
    try {
      while (this.begun.length < MAX_AHEAD) {
        if (subject.folder !== undefined && this.room(subject.folder) <= 0) break
        const candidate = await search.next(this.wanted(subject.folder))
        if (candidate === undefined) break
        // Its class is full, unless one before it is refused: then it is needed.
        if (this.room(candidate.folder) <= 0 && this.missing(candidate.folder) > 0) break
        search.take()
        if (this.room(candidate.folder) > 0) this.begin(candidate, subject)
      }
      return true
    } catch (error) {
      if (!(error instanceof ChiquitoError) || error.code === 'interrupted') throw error
      const { name, title } = subject.source
      this.failures.push({ source: name, message: error.message })
      this.options.progress?.({ kind: 'notice', message: `${title} failed: ${error.message}` })
      return false
    }
  }

  private begin(candidate: Candidate, { source, query }: SearchSubject): void {
    if (!isUndecided(candidate, this.options.allowedHosts) || this.album.isSeenTo(candidate)) return
    this.tally.found(candidate.source)
    const outcome =
      candidate.state === 'arrived'
        ? Promise.resolve('arrived' as const)
        : this.fetch(candidate, source, query)
    // Failures are met when it is this photo's turn; until then nobody listens.
    outcome.catch(() => undefined)
    this.begun.push({ candidate, outcome })
    this.begunIn.set(candidate.folder, this.begunOf(candidate.folder) + 1)
  }

  /** What becomes of a photo is in the log as soon as it is known, so that no kill makes it be fetched again. */
  private async fetch(
    candidate: Candidate,
    source: Source,
    query: SearchSubject['query'],
  ): Promise<'arrived' | Refused> {
    const result = refusedUnseen(candidate, query) ?? (await this.download(candidate.found.address, source))
    if (result.kind === 'arrived') await this.album.arrive(candidate, result)
    else if (!result.isUnreached) await this.album.refuse(candidate, result)
    return result.kind === 'arrived' ? 'arrived' : result
  }

  private async download(address: string, { photosAtOnce: atOnce, isLocal, isList }: Source) {
    const photo = await this.downloader.photo(address, { atOnce, isLocal, isList })
    const { chooser } = this.options
    if (photo.kind === 'refused' || chooser === undefined) return photo
    return (await chooser.teaches(photo.bytes, address)) ? photo : refused('sure')
  }

  /** It is the turn of the first of those begun. */
  private async settle({ candidate, outcome }: Begun): Promise<void> {
    const result = await outcome
    this.begunIn.set(candidate.folder, this.begunOf(candidate.folder) - 1)
    await this.judge.settle(candidate, result)
    this.options.progress?.({
      kind: 'advance',
      task: 'Collecting photos',
      done: this.collectedInAll(),
      total: wantedInAll(this.options, this.album.collectedByFolder().size),
      note: this.tally.note(),
    })
  }

  private collectedInAll(): number {
    return [...this.album.collectedByFolder().values()].reduce((sum, count) => sum + count, 0)
  }

  /** Photos that a class lacks. */
  private missing(folder: string, subject = this.subject): number {
    return missingFor(this.album, folder, subject, this.options)
  }

  /** Photos that may be begun for a class. */
  private room(folder: string): number {
    return this.missing(folder) - this.begunOf(folder)
  }

  private wanted(folder: string | undefined): number {
    return folder === undefined ? this.options.limit : this.room(folder)
  }

  private begunOf(folder: string): number {
    return this.begunIn.get(folder) ?? 0
  }
}
