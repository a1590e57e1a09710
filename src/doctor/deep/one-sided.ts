import { throwIfAborted, type WorkOptions } from '../../core/index.js'
import type { DeepData } from '../check.js'
import { averageLinkage } from './average-linkage.js'
import { unitRows } from './unit-rows.js'
import { usablePhotos } from './usable.js'

/** Photos of a class that look alike and all lie on one side of the split. */
export interface OneSidedCluster {
  /** Numbers of the photos in the data set. */
  readonly photos: readonly number[]
  readonly label: number
  readonly side: 'train' | 'held'
  /** How often a draw of as many photos of the class would lie on this side by chance. */
  readonly chance: number
}

/** Fewer photos than this are no kind of their own. */
const FEWEST = 5
/** Chance at which a cluster counts, over all clusters of its class together (Bonferroni). */
const CHANCE = 0.01
/** Photos of a class that are clustered: their distances take 16 MB. */
const MOST = 2000

/**
 * Clusters inside a class that appear on one side of the split only, the least likely by chance first.
 *
 * @throws `interrupted`
 */
export async function oneSidedClusters(
  data: DeepData,
  { signal }: WorkOptions = {},
): Promise<OneSidedCluster[]> {
  const usable = usablePhotos(data).numbers.filter(i => data.photos[i].split !== undefined)
  const found: OneSidedCluster[] = []
  for (const label of data.labels.keys()) {
    throwIfAborted(signal)
    // Let a signal be heard: a class takes a second at most.
    await new Promise(setImmediate)
    const members = differentOnes(data, usable, label)
    const isHeld = members.map(i => data.photos[i].split !== 'train')
    const held = isHeld.filter(Boolean).length
    if (held === 0 || held === members.length || members.length < 2 * FEWEST) continue
    const merges = averageLinkage(distancesOf(data, members), members.length)
    found.push(
      ...onOneSide(merges, isHeld).map(({ items, chance }) => ({
        photos: items.map(k => members[k]),
        label,
        side: isHeld[items[0]] ? ('held' as const) : ('train' as const),
        chance,
      })),
    )
  }
  return found.sort((a, b) => a.chance - b.chance)
}

/** Photos of a class, exact copies once: they would be a cluster of their own. Of very many every n-th. */
function differentOnes({ photos }: DeepData, usable: readonly number[], label: number): number[] {
  const first = new Map<string, number>()
  for (const i of usable)
    if (photos[i].label === label && !first.has(photos[i].sha256)) first.set(photos[i].sha256, i)
  const all = [...first.values()]
  const step = Math.ceil(all.length / MOST)
  return all.filter((_, k) => k % step === 0)
}

function distancesOf({ features }: DeepData, members: readonly number[]): Float32Array {
  const width = features.lastLayer
  const rows = unitRows(features, members)
  const n = members.length
  const distances = new Float32Array(n * n)
  for (let a = 0; a < n; a++)
    for (let b = 0; b < a; b++) {
      let product = 0
      for (let c = 0; c < width; c++) product += rows[a * width + c] * rows[b * width + c]
      distances[a * n + b] = 1 - product
      distances[b * n + a] = 1 - product
    }
  return distances
}

interface Candidate {
  readonly items: number[]
  readonly chance: number
}

/** The largest clusters that lie on one side and would hardly do so by chance. */
function onOneSide(merges: ReturnType<typeof averageLinkage>, isHeld: readonly boolean[]): Candidate[] {
  const n = isHeld.length
  const limit = CHANCE / (n - 1)
  const items: (number[] | undefined)[] = Array.from({ length: n }, (_, i) => [i])
  const found = new Map<number, Candidate>()
  for (const [k, { a, b }] of merges.entries()) {
    const [left, right] = [items[a], items[b]]
    // What holds photos of both sides is in no one-sided cluster.
    const joined = left && right && isHeld[left[0]] === isHeld[right[0]] ? [...left, ...right] : undefined
    items.push(joined)
    if (joined === undefined || joined.length < FEWEST) continue
    const chance = chanceOf(joined.length, isHeld.filter(held => held === isHeld[joined[0]]).length, n)
    if (chance > limit) continue
    found.delete(a)
    found.delete(b)
    found.set(n + k, { items: joined, chance })
  }
  return [...found.values()]
}

/** That `size` photos drawn from `all` are all among these `side`: hypergeometric. */
function chanceOf(size: number, side: number, all: number): number {
  let chance = 1
  for (let i = 0; i < size; i++) chance *= (side - i) / (all - i)
  return chance
}
