import { throwIfAborted } from '../../core/index.js'
import type { Recollection } from '../album/index.js'
import { Search } from '../search/index.js'
import type { Found } from '../sources/index.js'
import type { GatherOptions } from './gatherer.js'
import { refusedUnseen } from './judge.js'

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
 * @throws what sources throw; `interrupted`
 */
export async function preview(memory: Recollection, options: GatherOptions): Promise<PreviewedPhoto[]> {
  const { subjects, sources, limit, signal } = options
  const photos: PreviewedPhoto[] = []
  const counts = new Map<string, number>()
  const missing = (folder: string) => limit - (counts.get(folder) ?? memory.collected(folder))
  for (const subject of subjects)
    for (const named of sources) {
      const ask = options.ask
      const search = new Search(
        memory,
        { ...subject, ...named },
        (query, cursor) => ask(named.source, query, cursor),
        options,
      )
      while (subject.folder === undefined || missing(subject.folder) > 0) {
        throwIfAborted(signal)
        const candidate = await search.next(subject.folder === undefined ? limit : missing(subject.folder))
        if (candidate === undefined) break
        search.take()
        const { folder, source, found, state } = candidate
        const isOpen = state === 'open' || state === 'arrived'
        if (!isOpen || missing(folder) <= 0 || refusedUnseen(candidate, subject.query) !== undefined) continue
        counts.set(folder, limit - missing(folder) + 1)
        photos.push({ folder, source, found })
      }
    }
  return photos
}
