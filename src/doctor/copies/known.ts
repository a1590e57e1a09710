import { z } from 'zod'
import type { WorkOptions } from '../../core/index.js'
import type { CheckedData, CheckedFeatures, CheckedPhoto, DeepData } from '../check.js'
import { type KeptKind, kept } from '../kept.js'
import { findByHash, findHiddenCopies } from './find-copies.js'
import type { CopyPair } from './pair.js'

type Found<Key extends WeakKey> = WeakMap<Key, Promise<CopyPair[]>>

/** What was found among these very photos, and by these very features of theirs: several checks ask for it. */
const found: Found<readonly CheckedPhoto[]> = new WeakMap()
const foundHidden: Found<CheckedFeatures> = new WeakMap()

/** The pairs that `findCopies` finds without features; the search is done once for the same photos. */
export function copiesAmong(data: CheckedData, work: WorkOptions): Promise<CopyPair[]> {
  const { photos, root } = data
  return once(found, photos, () =>
    kept(data, copiesOf(photos.length), async () => {
      const { pairs, isWhole } = await findByHash(photos, { root, ...work })
      return { found: pairs, isLasting: isWhole }
    }),
  )
}

/** The pairs that {@link findHiddenCopies} finds beside those; the same. */
export function hiddenCopiesAmong(data: DeepData, work: WorkOptions): Promise<CopyPair[]> {
  const { photos, root, features } = data
  return once(foundHidden, features, async () =>
    findHiddenCopies(photos, await copiesAmong(data, work), features, { root, ...work }),
  )
}

/** Both. */
export async function allCopiesAmong(data: DeepData, work: WorkOptions): Promise<CopyPair[]> {
  return [...(await copiesAmong(data, work)), ...(await hiddenCopiesAmong(data, work))]
}

function once<Key extends WeakKey>(
  known: Found<Key>,
  key: Key,
  search: () => Promise<CopyPair[]>,
): Promise<CopyPair[]> {
  const before = known.get(key)
  if (before !== undefined) return before
  const begun = search()
  known.set(key, begun)
  // One that was stopped or failed is begun anew.
  begun.catch(() => known.delete(key))
  return begun
}

/** Pairs among so many photos, as they are kept. */
function copiesOf(photos: number): KeptKind<CopyPair[]> {
  const index = z
    .number()
    .int()
    .min(0)
    .max(photos - 1)
  const kind = z.enum(['exact', 'near', 'mirrored', 'turned', 'part'])
  return { name: 'copies', schema: z.array(z.object({ a: index, b: index, kind, certain: z.boolean() })) }
}
