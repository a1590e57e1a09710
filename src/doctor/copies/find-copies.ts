import { breather, throwIfAborted } from '../../core/index.js'
import type { CheckedPhoto } from '../check.js'
import { candidatesByHash } from './by-hash.js'
import { confirm } from './confirm.js'
import { findExact } from './exact.js'
import { GreyMaps } from './grey-maps.js'
import type { CopyPair, FindCopiesOptions } from './pair.js'

/**
 * Finds the photos that show one picture: equal files; pictures saved anew, made smaller, lighter or marked, mirrored or turned, by
 * their perceptual hashes; each pair but equal files is confirmed by a second look at the pixels. With features crops,
 * captions and screenshots, too. Pairs in order of `a`, then `b`, each once.
 *
 * The work grows no faster than n log n. Where many photos are alike, not every pair of them is told, but each photo with
 * those most like it, so that groups stay whole.
 *
 * @throws `interrupted` when the signal fires
 */
export async function findCopies(
  photos: readonly CheckedPhoto[],
  { root, signal }: FindCopiesOptions,
): Promise<CopyPair[]> {
  const exact = findExact(photos)
  const candidates = candidatesByHash(photos, exact.different)
  throwIfAborted(signal)
  const maps = new GreyMaps(photos, root)
  await maps.load(
    candidates.flatMap(({ a, b }) => [a, b]),
    signal,
  )
  const pairs = [...exact.pairs]
  const breathe = breather(signal)
  for (const candidate of candidates) {
    await breathe()
    const pair = confirm(candidate, maps)
    if (pair === undefined) continue
    for (const a of exact.standIns(pair.a))
      for (const b of exact.standIns(pair.b)) pairs.push({ ...pair, a: Math.min(a, b), b: Math.max(a, b) })
  }
  return pairs.sort((x, y) => x.a - y.a || x.b - y.b)
}
