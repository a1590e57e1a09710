import { throwIfAborted, type WorkOptions } from '../../core/index.js'
import type { Album, Candidate } from '../album/index.js'
import type { Asker } from '../asking/index.js'
import { type Arrived, type Downloader, type Refused, refused } from '../downloader/index.js'
import { Search } from '../search/index.js'
import { allows, type LicenceNeeds, type Query, type Source } from '../sources/index.js'
import type { Tally } from './tally.js'

/**
 * Photos on their way or waiting for their turn, at most: one slow server must not hold up the others, and what waits lies
 * on the disk.
 */
const MAX_AHEAD = 256

/** A class to be collected. */
export interface Subject {
  /** Relative to the collection; empty for the collection's own folder. */
  readonly folder: string
  readonly query: Omit<Query, 'wanted'>
}

export interface GatherOptions extends WorkOptions {
  readonly subjects: readonly Subject[]
  readonly sources: readonly Source[]
  /** Photos for each class. */
  readonly limit: number
  readonly chooser?: Chooser | undefined
}

/** Decides which photos are worth collecting, when they are known to be photos. */
export interface Chooser {
  /** Tells this way of choosing from another. */
  readonly id: string
  /** Whether a photo is wanted; otherwise it counts as one of which a model is sure. @throws `image` where it cannot be read */
  teaches(bytes: Uint8Array, name: string): Promise<boolean>
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
 * all that were found before it have been. And none is begun that may not be needed. So what lies in the folder in the end
 * depends on what sources and servers gave, and never on when.
 */
export class Gatherer {
  private readonly begun: Begun[] = []

  constructor(
    private readonly album: Album,
    private readonly asker: Asker,
    private readonly downloader: Downloader,
    private readonly tally: Tally,
    private readonly options: GatherOptions,
  ) {}

  /** @throws what sources throw, `io` of the disk, `interrupted`; then photos may still be on their way: {@link settled} */
  async run(): Promise<void> {
    for (const subject of this.options.subjects)
      for (const source of this.options.sources) {
        if (this.missing(subject.folder) <= 0) break
        await this.searchFor(subject, source)
      }
  }

  /** When nothing is on its way any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.begun.map(({ outcome }) => outcome))
  }

  private missing(folder: string): number {
    return this.options.limit - this.album.collected(folder)
  }

  private async searchFor({ folder, query }: Subject, source: Source): Promise<void> {
    const { limit, signal, progress } = this.options
    const subject = { source, folder, query: { ...query, wanted: limit } }
    const search = new Search(this.album, subject, this.asker, { signal, progress })
    let isAtEnd = false
    for (;;) {
      while (!isAtEnd && this.begun.length < Math.min(MAX_AHEAD, this.missing(folder))) {
        const candidate = await search.next(this.missing(folder) - this.begun.length)
        if (candidate === undefined) isAtEnd = true
        else if (candidate.state === 'open' || candidate.state === 'arrived')
          this.push(candidate, this.begin(candidate, source, query.needs))
      }
      const first = this.begun.shift()
      if (first === undefined) return
      await this.settle(first)
      throwIfAborted(signal)
    }
  }

  private push(candidate: Candidate, outcome: Promise<'arrived' | Refused>): void {
    // Failures are met when it is this photo's turn; until then nobody listens.
    outcome.catch(() => undefined)
    this.begun.push({ candidate, outcome })
  }

  private async begin(
    candidate: Candidate,
    source: Source,
    needs: LicenceNeeds,
  ): Promise<'arrived' | Refused> {
    this.tally.found(candidate.source)
    if (candidate.state === 'arrived') return 'arrived'
    if (!allows(candidate.found.licence, needs)) return refused('licence')
    const { photosAtOnce: atOnce, isLocal, isList } = source
    const photo: Arrived | Refused = await this.downloader.photo(candidate.found.address, {
      atOnce,
      isLocal,
      isList,
    })
    if (photo.kind === 'refused') return photo
    const { chooser } = this.options
    if (chooser && !(await chooser.teaches(photo.bytes, candidate.found.address))) return refused('sure')
    await this.album.arrive(candidate, photo)
    return 'arrived'
  }

  /** The first of those begun is judged. */
  private async settle({ candidate, outcome }: Begun): Promise<void> {
    const result = await outcome
    if (result === 'arrived') await this.album.keep(candidate)
    else await this.album.refuse(candidate, result)
    const { source, folder, reason } = candidate
    if (reason === undefined) this.tally.kept(source)
    else this.tally.refused(source, reason)
    this.options.progress?.({
      kind: 'advance',
      task: 'Collecting photos',
      done: this.album.collected(folder),
      total: this.options.limit,
      note: this.tally.note(),
    })
  }
}
