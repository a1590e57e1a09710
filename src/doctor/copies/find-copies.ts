import { breather, throwIfAborted } from '../../core/index.js'
import type { CheckedFeatures, CheckedPhoto } from '../check.js'
import { candidatesByHash } from './by-hash.js'
import { type ExactCopies, findExact } from './exact.js'
import { GreyMaps } from './grey-maps.js'
import type { CopyPair, FindCopiesOptions } from './pair.js'
import { SecondLook, type SimilarPair } from './second-look.js'

/** Photos most similar to each by features that are looked at: nearly all copies are the first or second. */
const SIMILAR = 5

/**
 * Finds the photos that show one picture: equal files; pictures saved anew, made smaller, lighter or marked, mirrored or turned, or
 * in a frame, by their perceptual hashes; each pair but equal files is confirmed by a second look at the pixels. With features
 * crops, captions and screenshots, too ({@link findHiddenCopies}). Pairs in order of `a`, then `b`, each once.
 *
 * Without features the work grows no faster than n log n. Where many photos are alike, not every pair of them is told, but each
 * photo with those most like it, so that groups stay whole.
 *
 * @throws `interrupted` when the signal fires
 */
export async function findCopies(
  photos: readonly CheckedPhoto[],
  options: FindCopiesOptions,
): Promise<CopyPair[]> {
  const { pairs: quick } = await findByHash(photos, options)
  if (options.features === undefined) return quick
  return inOrder([...quick, ...(await findHiddenCopies(photos, quick, options.features, options))])
}

/** The pairs that are found without features; `isWhole` unless a photo could not be looked at again. */
export async function findByHash(
  photos: readonly CheckedPhoto[],
  options: Omit<FindCopiesOptions, 'features'>,
): Promise<{ readonly pairs: CopyPair[]; readonly isWhole: boolean }> {
  const exact = findExact(photos)
  const candidates = candidatesByHash(photos, exact.different)
  throwIfAborted(options.signal)
  const maps = new GreyMaps(photos, options.root)
  await maps.load(
    candidates.flatMap(({ a, b }) => [a, b]),
    options,
  )
  const look = new SecondLook(maps)
  const found: CopyPair[] = []
  const breathe = breather(options.signal)
  for (const candidate of candidates) {
    await breathe()
    const pair = look.ofCandidate(candidate)
    if (pair !== undefined) found.push(pair)
  }
  return { pairs: inOrder([...exact.pairs, ...withStandIns(found, exact)]), isWhole: maps.isWhole }
}

/**
 * Finds copies that hashes miss among the photos most similar by the backbone's features: crops, captions, screenshots. Whether two
 * are one picture is decided by their pixels, never by their features. The matrix product of all features grows with n^2, at
 * seconds for 10,000 photos and minutes for 100,000; all else with n.
 *
 * @param known pairs found already, which are not told again
 * @throws `interrupted` when the signal fires
 */
export async function findHiddenCopies(
  photos: readonly CheckedPhoto[],
  known: readonly CopyPair[],
  features: CheckedFeatures,
  options: Omit<FindCopiesOptions, 'features'>,
): Promise<CopyPair[]> {
  const exact = findExact(photos)
  const knownKeys = new Set(known.map(({ a, b }) => a * photos.length + b))
  const pairs = (await similarPairs(photos, exact.different, features, options)).filter(
    ({ a, b }) => !knownKeys.has(a * photos.length + b),
  )
  const maps = new GreyMaps(photos, options.root)
  await maps.load(
    pairs.flatMap(({ a, b }) => [a, b]),
    options,
  )
  const look = new SecondLook(maps)
  const { progress, signal } = options
  const task = 'similar photos compared'
  const breathe = breather(signal)
  const found: CopyPair[] = []
  progress?.({ kind: 'start', task, total: pairs.length })
  for (const [i, similar] of pairs.entries()) {
    await breathe()
    const pair = look.ofAny(similar)
    if (pair !== undefined) found.push(pair)
    progress?.({ kind: 'advance', task, done: i + 1, total: pairs.length })
  }
  progress?.({ kind: 'end', task })
  return inOrder(withStandIns(found, exact))
}

/** Photos and their most similar ones by features, each pair once, in order. */
async function similarPairs(
  photos: readonly CheckedPhoto[],
  indices: readonly number[],
  features: CheckedFeatures,
  options: Omit<FindCopiesOptions, 'features'>,
): Promise<SimilarPair[]> {
  const readable = indices.filter(photo => photos[photo].facts.looks !== null)
  // Loads the runtime, which pairs of hashes do without.
  const { nearestByFeatures } = await import('./neighbours.js')
  const nearest = await nearestByFeatures(features, readable, { ...options, count: SIMILAR })
  const pairs = new Map<number, SimilarPair>()
  nearest.forEach((others, i) => {
    for (const other of others) {
      const [a, b] = [readable[Math.min(i, other)], readable[Math.max(i, other)]]
      const isClosest = others[0] === other && nearest[other][0] === i
      pairs.set(a * photos.length + b, { a, b, isClosest })
    }
  })
  return [...pairs.values()].sort((x, y) => x.a - y.a || x.b - y.b)
}

/** Pairs of different files, and the same pairs of their exact copies. */
function withStandIns(pairs: readonly CopyPair[], exact: ExactCopies): CopyPair[] {
  return pairs.flatMap(pair =>
    exact
      .standIns(pair.a)
      .flatMap(a =>
        exact.standIns(pair.b).map(b => (a < b ? { ...pair, a, b } : swapped({ ...pair, a, b }))),
      ),
  )
}

function swapped({ a, b, part, ...pair }: CopyPair): CopyPair {
  return { ...pair, a: b, b: a, part: part && (part === 'a' ? 'b' : 'a') }
}

function inOrder(pairs: readonly CopyPair[]): CopyPair[] {
  return [...pairs].sort((x, y) => x.a - y.a || x.b - y.b)
}
