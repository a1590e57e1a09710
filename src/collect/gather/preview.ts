import { ChiquitoError, throwIfAborted } from '../../core/index.js'
import type { Recollection } from '../album/index.js'
import { type AskForPage, Search } from '../search/index.js'
import type { Found } from '../sources/index.js'
import type { GatherOptions } from './gatherer.js'
import { isUndecided, refusedUnseen } from './judge.js'
import { type AskedSource, missingFor, type Subject } from './subject.js'

/** A photo that would be fetched. */
export interface PreviewedPhoto {
  /** Class folder, relative to the collection. */
  readonly folder: string
  readonly source: string
  readonly found: Found
}

/**
 * What would be fetched: sources are asked as for collecting, as far as the limit, and no photo is. Copies and photos that
 * cannot be had are not known before they are fetched; then others would take their places.
 *
 * A source that fails is told, and the others are asked.
 *
 * @throws what the last source threw, where none answered; `interrupted`
 */
export async function preview(memory: Recollection, options: GatherOptions): Promise<PreviewedPhoto[]> {
  const { subjects, progress } = options
  const photos = new Map<string, PreviewedPhoto>()
  const counts = new Map<string, number>()
  const failed = new Set<string>()
  const asked = new Set(subjects.flatMap(({ sources }) => (sources ?? options.sources).map(one => one.given)))
  for (const subject of subjects)
    for (const named of subject.sources ?? options.sources) {
      if (failed.has(named.given)) continue
      try {
        await previewSearch(memory, subject, named, counts, photos, options)
      } catch (error) {
        if (!(error instanceof ChiquitoError) || error.code === 'interrupted') throw error
        failed.add(named.given)
        if (failed.size === asked.size && photos.size === 0) throw error
        progress?.({ kind: 'notice', message: `${named.source.title} failed: ${error.message}` })
      }
    }
  return [...photos.values()]
}

/** What one source would give for one class, beside what others would. */
async function previewSearch(
  memory: Recollection,
  subject: Subject,
  named: AskedSource,
  counts: Map<string, number>,
  photos: Map<string, PreviewedPhoto>,
  options: GatherOptions,
): Promise<void> {
  const { limit, allowedHosts, signal } = options
  // A subject with a limit of its own is counted for itself.
  const keyOf = (folder: string) => `${subject.id ?? ''}:${folder}`
  const missing = (folder: string) =>
    missingFor(memory, folder, subject, options) - (counts.get(keyOf(folder)) ?? 0)
  const ask: AskForPage = (query, cursor) => options.ask(named.source, query, cursor)
  const search = new Search(memory, { ...subject, ...named }, ask, options)
  while (subject.folder === undefined || missing(subject.folder) > 0) {
    throwIfAborted(signal)
    const candidate = await search.next(subject.folder === undefined ? limit : missing(subject.folder))
    if (candidate === undefined) break
    search.take()
    const { folder, source, found } = candidate
    if (!isUndecided(candidate, allowedHosts) || memory.isSeenTo(candidate) || missing(folder) <= 0) continue
    if (photos.has(found.address)) continue
    if (refusedUnseen(candidate, subject.query) !== undefined) continue
    counts.set(keyOf(folder), (counts.get(keyOf(folder)) ?? 0) + 1)
    photos.set(found.address, { folder, source, found })
  }
}
