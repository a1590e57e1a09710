import { breather, throwIfAborted } from '../../core/index.js'
import type { CheckedFeatures, CheckedPhoto } from '../check.js'
import { candidatesByHash } from './by-hash.js'
import { findExact } from './exact.js'
import { GreyMaps } from './grey-maps.js'
import { nearestByFeatures } from './neighbours.js'
import type { CopyPair, FindCopiesOptions } from './pair.js'
import { SecondLook } from './second-look.js'

/** Photos most similar to each by features that are looked at: nearly all copies are the first or second. */
const SIMILAR = 5

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
  options: FindCopiesOptions,
): Promise<CopyPair[]> {
  const { root, signal, progress, features } = options
  const exact = findExact(photos)
  const candidates = candidatesByHash(photos, exact.different)
  throwIfAborted(signal)
  const maps = new GreyMaps(photos, root)
  await maps.load(
    candidates.flatMap(({ a, b }) => [a, b]),
    options,
  )
  const look = new SecondLook(maps)
  const found = new Map<number, CopyPair>()
  const add = (pair: CopyPair | undefined) => {
    if (pair !== undefined) found.set(pair.a * photos.length + pair.b, pair)
  }
  const breathe = breather(signal)
  for (const candidate of candidates) {
    await breathe()
    add(look.ofCandidate(candidate))
  }
  if (features !== undefined) {
    const pairs = await similarPairs(photos, exact.different, features, options)
    await maps.load(pairs.flat(), options)
    const task = 'similar photos compared'
    progress?.({ kind: 'start', task, total: pairs.length })
    for (const [i, [a, b]] of pairs.entries()) {
      await breathe()
      if (!found.has(a * photos.length + b)) add(look.ofAny(a, b))
      progress?.({ kind: 'advance', task, done: i + 1, total: pairs.length })
    }
    progress?.({ kind: 'end', task })
  }
  const pairs = [...exact.pairs]
  for (const pair of found.values())
    for (const a of exact.standIns(pair.a))
      for (const b of exact.standIns(pair.b)) pairs.push({ ...pair, a: Math.min(a, b), b: Math.max(a, b) })
  return pairs.sort((x, y) => x.a - y.a || x.b - y.b)
}

/** Photos and their most similar ones by features, each pair once: `[a, b]`, `a < b`, in order. */
async function similarPairs(
  photos: readonly CheckedPhoto[],
  indices: readonly number[],
  features: CheckedFeatures,
  options: FindCopiesOptions,
): Promise<(readonly [number, number])[]> {
  const readable = indices.filter(photo => photos[photo].facts.looks !== null)
  const nearest = await nearestByFeatures(features, readable, { ...options, count: SIMILAR })
  const pairs = new Set<number>()
  nearest.forEach((others, i) => {
    for (const other of others) {
      const [a, b] = [readable[Math.min(i, other)], readable[Math.max(i, other)]]
      pairs.add(a * photos.length + b)
    }
  })
  return [...pairs].sort((x, y) => x - y).map(key => [Math.floor(key / photos.length), key % photos.length])
}
