import { stat } from 'node:fs/promises'
import { ChiquitoError } from '../../core/index.js'
import { readLog } from '../../files/index.js'
import type { RefusalReason } from '../downloader/index.js'
import type { Found } from '../sources/index.js'
import { foldedFolderOf, folderNameOf } from './names.js'
import {
  type AlbumRecord,
  type ArrivedRecord,
  type PageRecord,
  recordSchema,
  type ThereRecord,
} from './records.js'

/** A photo that a source offered. */
export interface Candidate {
  /** By order of finding, from 0. */
  readonly number: number
  readonly source: string
  /** Which search offered it. */
  readonly search: string
  /** Of its class, relative to the collection; empty for the collection's own. */
  readonly folder: string
  readonly found: Found
  state: 'open' | 'arrived' | 'kept' | 'refused'
  arrived?: ArrivedRecord | undefined
  /** Relative to the collection, with `/`. */
  file?: string | undefined
  reason?: RefusalReason | undefined
  /** Its server could not be reached before. */
  wasUnreached?: boolean | undefined
  /** It was kept, and the person has taken it away since. */
  isGone?: boolean | undefined
}

/** How far a search has come. */
export interface SearchState {
  /** Where it has been. */
  readonly cursors: Set<string | undefined>
  /** Where it goes on; undefined at the end. */
  next: string | undefined
  /** What it found, in order. */
  readonly candidates: Candidate[]
  /** Addresses of these. */
  readonly addresses: Set<string>
}

/** Photos are refused so by what was asked for, not by what they are: another request may want them. */
const ofRequest: ReadonlySet<RefusalReason | undefined> = new Set(['licence', 'site'])

/** Whether it is known what becomes of a photo, whoever asks. */
function isSettled({ state, reason }: Candidate): boolean {
  return state === 'kept' || state === 'arrived' || (state === 'refused' && !ofRequest.has(reason))
}

/** What a log says, all of it, in memory. */
export class History {
  readonly candidates: Candidate[] = []
  readonly searches = new Map<string, SearchState>()
  /** By address: several searches may offer the same photo. */
  private readonly byAddress = new Map<string, Candidate[]>()
  /** The class that a folder was made for, by the folder's name as systems compare it that do not tell case. */
  readonly labels = new Map<string, string>()
  /** Photos that the last request put into each class folder. */
  readonly collected = new Map<string, number>()
  /** The same, by search. */
  readonly collectedBy = new Map<string, number>()
  /** Photos of others, by file. */
  readonly there = new Map<string, ThereRecord>()
  /** What was asked for last, and whether all of it was done. */
  request: { readonly text: string; readonly isDone: boolean } | undefined

  take(record: AlbumRecord): void {
    if (record.event === 'page') this.takePage(record)
    else if (record.event === 'there') this.there.set(record.file, record)
    else if (record.event === 'end') this.request = { text: this.request?.text ?? '', isDone: true }
    else if (record.event === 'begin') {
      this.request = { text: record.request, isDone: false }
      this.collected.clear()
      this.collectedBy.clear()
    } else this.takeNumbered(record)
  }

  kept(): Candidate[] {
    return this.candidates.filter(({ state }) => state === 'kept')
  }

  /** Whether it is known what becomes of the photo at an address, because of another than this one. */
  isSettled(address: string, but?: Candidate): boolean {
    return this.byAddress.get(address)?.some(one => one !== but && isSettled(one)) ?? false
  }

  /** What arrived is gone: it is as if it had not. */
  forget(candidate: Candidate): void {
    candidate.state = 'open'
    candidate.arrived = undefined
  }

  private takePage({ search, source, folder, cursor, next, found }: PageRecord): void {
    const state = this.searches.get(search) ?? emptySearch()
    state.cursors.add(cursor)
    state.next = next
    this.searches.set(search, state)
    for (const one of found) {
      if (folder === undefined && one.label !== undefined)
        this.labels.set(foldedFolderOf(one.label), one.label)
      const candidate: Candidate = {
        number: this.candidates.length,
        source,
        search,
        folder: folder ?? folderNameOf(one.label ?? ''),
        found: one,
        state: 'open',
      }
      this.candidates.push(candidate)
      state.candidates.push(candidate)
      state.addresses.add(one.address)
      this.byAddress.set(one.address, [...(this.byAddress.get(one.address) ?? []), candidate])
    }
  }

  private takeNumbered(record: Extract<AlbumRecord, { number: number }>): void {
    const candidate = this.candidates[record.number]
    if (candidate === undefined)
      throw new ChiquitoError('data', `The log speaks of photo ${record.number}, which no page offered.`)
    if (record.event === 'unreached') candidate.wasUnreached = true
    else candidate.state = record.event
    if (record.event === 'arrived') candidate.arrived = record
    candidate.reason = record.event === 'refused' ? record.reason : undefined
    if (record.event !== 'kept') return
    candidate.file = record.file
    count(this.collected, candidate.folder)
    count(this.collectedBy, candidate.search)
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function emptySearch(): SearchState {
  return { cursors: new Set(), next: undefined, candidates: [], addresses: new Set() }
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
