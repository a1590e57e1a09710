import type { WorkOptions } from '../../core/index.js'
import type { CheckedData, CheckedPhoto } from '../check.js'
import { findCopies } from './find-copies.js'
import type { CopyPair } from './pair.js'

/** What was found among these very photos: two checks ask for it. */
const found = new WeakMap<readonly CheckedPhoto[], Promise<CopyPair[]>>()

/** The pairs that {@link findCopies} finds without features; the search is done once for the same photos. */
export function copiesAmong({ photos, root }: CheckedData, work: WorkOptions): Promise<CopyPair[]> {
  const known = found.get(photos)
  if (known !== undefined) return known
  const search = findCopies(photos, { root, ...work })
  found.set(photos, search)
  // One that was stopped or failed is begun anew.
  search.catch(() => found.delete(photos))
  return search
}
