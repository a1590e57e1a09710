import { z } from 'zod'
import { argumentError, ChiquitoError, RandomStream } from '../core/index.js'
import { byContent, type Comparable } from './copies.js'
import { divideGroups, joined, type LargeGroup, type Tie, tiesByValue } from './groups/index.js'

/** How a data set came to be divided; kept as `split.json` in the run folder, so that it can be opened the same way. */
export const splitSchema = z.discriminatedUnion('by', [
  /** The folders `train` and `valid` say it. */
  z.object({ by: z.literal('folders') }),
  /** Drawn from a seed: the paths of either part, sorted. */
  z.object({
    by: z.literal('seed'),
    seed: z.int().nonnegative(),
    validFraction: z.number().gt(0).lt(1),
    train: z.array(z.string()),
    valid: z.array(z.string()),
  }),
  /** A manifest that `chiquito split` wrote says it; photos that it does not name are left out. */
  z.object({
    by: z.literal('manifest'),
    /** Name of the file. */
    manifest: z.string(),
    train: z.array(z.string()),
    valid: z.array(z.string()),
    test: z.array(z.string()),
    /** Path and SHA-256 of the photos of which it says what they held. */
    contents: z.array(z.tuple([z.string(), z.string()])).optional(),
  }),
  /** Nothing is learnt from these photos: all of them are measured on. */
  z.object({ by: z.literal('none') }),
])

export type SplitRecord = z.infer<typeof splitSchema>
export type SeedSplit = Extract<SplitRecord, { by: 'seed' }>
export type ManifestSplit = Extract<SplitRecord, { by: 'manifest' }>

/** What dividing needs to know of a photo. */
export type Divisible = Comparable & { readonly label: number }

/** A fifth, as fastai and most of the literature have it. */
export const DEFAULT_VALID_FRACTION = 0.2

/** One to learn from and one to measure on. */
const MIN_DISTINCT = 2

export interface SplitOptions {
  readonly seed: number
  readonly validFraction?: number | undefined
  /** Photos that belong together beside exact copies: indices into the photos. */
  readonly ties?: readonly Tie[] | undefined
  /** Given groups that are more than half of a class: members are indices into the photos. */
  readonly noticeLarge?: ((large: readonly LargeGroup[]) => void) | undefined
}

/**
 * Draws which photos to measure on: the fraction of every class, at least one photo of it, and never a photo of which an
 * exact copy, or what it is tied to otherwise, is learnt from. A class all of whose photos belong together is learnt from and
 * not measured. The same photos and seed give the same answer, in whatever order the photos come.
 *
 * @param labels - class names, for messages
 * @throws `usage` for a fraction outside (0, 1), `data` where no class has two photos that may be parted
 */
export function splitBySeed(
  photos: readonly Divisible[],
  labels: readonly string[],
  { seed, validFraction = DEFAULT_VALID_FRACTION, ties = [], noticeLarge }: SplitOptions,
): SeedSplit {
  requireFraction(validFraction)
  const copies = copyTies(photos)
  const group = joined(photos.length, [...copies, ...ties])
  const groupable = photos.map(({ label, sha256 }, i) => ({ label, sha256, group: group[i] }))
  requireMeasurable(groupable, labels)
  const { parts, large } = divideGroups(groupable, labels.length, {
    seed,
    valid: { fraction: validFraction },
  })
  if (large.length > 0) noticeLarge?.(large)
  const pathsOf = (part: 'train' | 'valid') =>
    photos.flatMap(({ path }, i) => (parts[i] === part ? [path] : [])).sort()
  return { by: 'seed', seed, validFraction, train: pathsOf('train'), valid: pathsOf('valid') }
}

/** Ties of exact copies. Empty files hold no photo, and count for one nevertheless. */
export function copyTies(photos: readonly Pick<Comparable, 'sha256'>[]): Tie[] {
  return tiesByValue(
    photos.map(({ sha256 }) => sha256),
    'exact',
  )
}

/**
 * Divides photos into `k` folds for cross-validation: every fold has nearly the same number of every class, and exact
 * copies lie in one fold. A photo that is alone in its class lies in none, because the class could not be learnt without it.
 *
 * @returns the fold of each photo, 0 to k - 1, or -1 for none, in the order given
 * @throws `usage` for k below 2 or above the number of different photos
 */
export function foldsOf(photos: readonly Divisible[], k: number, seed: number): number[] {
  const distinct = byContent(photos).length
  if (!Number.isInteger(k) || k < 2 || k > distinct)
    throw argumentError('folds', `a whole number from 2 to the number of different photos, ${distinct}`, k)
  const random = RandomStream.fromSeed(seed).fork('folds', k)
  const foldOfPath = new Map<string, number>()
  const totals = new Array<number>(k).fill(0)
  for (const { label, groups } of groupsByClass(photos, classCount(photos))) {
    if (groups.length < MIN_DISTINCT) continue
    const counts = new Array<number>(k).fill(0)
    const largestFirst = random
      .fork(label)
      .shuffle(groups)
      .sort((a, b) => b.length - a.length)
    for (const group of largestFirst) {
      const fold = emptiest(counts, totals)
      counts[fold] += group.length
      totals[fold] += group.length
      for (const photo of group) foldOfPath.set(photo.path, fold)
    }
  }
  return photos.map(photo => foldOfPath.get(photo.path) ?? -1)
}

interface ClassGroups<P> {
  readonly label: number
  readonly groups: P[][]
}

/** Groups of exact copies by class, sorted by path; a group with several labels counts for its first path's. */
function groupsByClass<P extends Divisible>(photos: readonly P[], classes: number): ClassGroups<P>[] {
  const sorted = photos.slice().sort((a, b) => (a.path < b.path ? -1 : 1))
  const result = Array.from({ length: classes }, (_, label): ClassGroups<P> => ({ label, groups: [] }))
  for (const group of byContent(sorted)) result[group[0].label].groups.push(group)
  return result
}

/** The fold with the fewest photos of the class, then with the fewest photos, then the first. */
function emptiest(counts: readonly number[], totals: readonly number[]): number {
  let best = 0
  for (let fold = 1; fold < counts.length; fold++)
    if (counts[fold] < counts[best] || (counts[fold] === counts[best] && totals[fold] < totals[best]))
      best = fold
  return best
}

/**
 * What dividing asks for and names alone tell, before any photo is read.
 *
 * @param labels - of each photo
 * @throws `usage` for a fraction outside (0, 1), `data` where no class has two photos
 */
export function requireDivisible(
  labels: readonly string[],
  validFraction: number = DEFAULT_VALID_FRACTION,
): void {
  requireFraction(validFraction)
  const counts = new Map<string, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  if (![...counts.values()].some(count => count >= MIN_DISTINCT))
    throw notMeasurable([...counts.keys()], false)
}

function requireFraction(validFraction: number): void {
  if (!(validFraction > 0 && validFraction < 1))
    throw argumentError('validFraction', 'between 0 and 1, both exclusive', validFraction)
}

function requireMeasurable(
  photos: readonly { readonly label: number; readonly group: number }[],
  labels: readonly string[],
): void {
  const groups = labels.map(() => new Set<number>())
  for (const { label, group } of photos) groups[label].add(group)
  if (groups.some(({ size }) => size >= MIN_DISTINCT)) return
  throw notMeasurable(labels, photos.length > groups.filter(({ size }) => size > 0).length)
}

function notMeasurable(labels: readonly string[], copies: boolean): ChiquitoError {
  return new ChiquitoError(
    'data',
    `No class has two different photos${copies ? ' (exact copies, and others that belong together, count once)' : ''}, one to learn from and one to ` +
      `measure on: "${labels[0]}" and ${labels.length === 2 ? `"${labels[1]}"` : `the other ${labels.length - 1}`} ` +
      'have one each. Add photos.',
  )
}

function classCount(photos: readonly Divisible[]): number {
  return photos.reduce((count, photo) => Math.max(count, photo.label + 1), 0)
}
