import { stat } from 'node:fs/promises'
import { ChiquitoError } from '../../core/index.js'
import { readLog } from '../../files/index.js'
import type { RefusalReason } from '../downloader/index.js'
import type { Found } from '../sources/index.js'
import { type AlbumRecord, type ArrivedRecord, recordSchema } from './records.js'

/** A photo that a source offered. */
export interface Candidate {
  /** By order of finding, from 0. */
  readonly number: number
  readonly search: string
  readonly source: string
  /** Of its class, relative to the collection; empty for the collection's own. */
  readonly folder: string
  readonly found: Found
  state: 'open' | 'arrived' | 'kept' | 'refused'
  arrived?: ArrivedRecord | undefined
  /** Relative to the collection, with `/`. */
  file?: string | undefined
  reason?: RefusalReason | undefined
}

/** How far a search has come: cursors it has been at, and where it goes on. */
export interface SearchState {
  readonly cursors: Set<string | undefined>
  next: string | undefined
  pages: number
  /** Candidates of this search, by order. */
  readonly candidates: Candidate[]
}

/** What the log says, all of it, in memory. */
export class History {
  readonly candidates: Candidate[] = []
  readonly searches = new Map<string, SearchState>()
  readonly addresses = new Set<string>()
  /** Photos that the last request put into each class folder. */
  readonly collected = new Map<string, number>()
  private readonly names = new Map<string, number>()
  request: { readonly text: string; readonly isDone: boolean } | undefined

  take(record: AlbumRecord): void {
    switch (record.event) {
      case 'begin':
        this.request = { text: record.request, isDone: false }
        this.collected.clear()
        break
      case 'end':
        if (this.request) this.request = { ...this.request, isDone: true }
        break
      case 'page':
        this.takePage(record)
        break
      case 'arrived':
        Object.assign(this.candidate(record.number), { state: 'arrived', arrived: record })
        break
      case 'refused':
        Object.assign(this.candidate(record.number), { state: 'refused', reason: record.reason })
        break
      case 'kept':
        this.takeKept(this.candidate(record.number), record.file)
    }
  }

  kept(): Candidate[] {
    return this.candidates.filter(({ state }) => state === 'kept')
  }

  /** The number that the next photo of a class folder is called by. */
  nextName(folder: string): number {
    return (this.names.get(folder) ?? 0) + 1
  }

  /** What arrived is gone: it is as if it had not. */
  forget(candidate: Candidate): void {
    candidate.state = 'open'
    candidate.arrived = undefined
  }

  private takePage({
    search,
    source,
    folder,
    cursor,
    next,
    found,
  }: Extract<AlbumRecord, { event: 'page' }>): void {
    const state = this.searches.get(search) ?? {
      cursors: new Set(),
      next: undefined,
      pages: 0,
      candidates: [],
    }
    state.cursors.add(cursor)
    state.next = next
    state.pages++
    this.searches.set(search, state)
    for (const one of found) {
      const number = this.candidates.length
      const candidate: Candidate = { number, search, source, folder, found: one, state: 'open' }
      this.candidates.push(candidate)
      state.candidates.push(candidate)
      this.addresses.add(one.address)
    }
  }

  private takeKept(candidate: Candidate, file: string): void {
    candidate.state = 'kept'
    candidate.file = file
    const { folder } = candidate
    this.collected.set(folder, (this.collected.get(folder) ?? 0) + 1)
    this.names.set(folder, this.nextName(folder))
  }

  private candidate(number: number): Candidate {
    const candidate = this.candidates[number]
    if (candidate === undefined)
      throw new ChiquitoError('data', `The log speaks of photo ${number}, which no page offered.`)
    return candidate
  }
}

/** @throws `data` for a log that is not a collection's, or of a later version; `io` */
export async function readHistory(path: string): Promise<History> {
  const history = new History()
  if ((await stat(path).catch(() => undefined)) === undefined) return history
  for (const [index, line] of (await readLog(path)).entries()) {
    const record = recordSchema.safeParse(line)
    if (!record.success)
      throw new ChiquitoError(
        'data',
        `"${path}" is not the log of a collection, or of a later version of this program: record ${index + 1} is unknown. ` +
          'Collect into another folder.',
      )
    history.take(record.data)
  }
  return history
}
