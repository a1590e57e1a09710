import { breather, type WorkOptions } from '../../core/index.js'
import type { DeepData } from '../check.js'
import { unitRows } from './unit-rows.js'
import { usablePhotos } from './usable.js'

/** A photo that is far from its class. */
export interface Stranger {
  /** Number of the photo in the data set. */
  readonly photo: number
  /** Mean cosine distance to the photos of its class nearest to it. */
  readonly distance: number
  /** The same of the photo in the middle of the class. */
  readonly usual: number
  /** Deviations from the usual, as quartiles tell them. */
  readonly oddness: number
}

/** Photos of a class below which nobody can say what is usual in it. */
const FEWEST = 20
/** An eighth of the class: more than strangers of one kind are, which would otherwise vouch for each other. */
const NEAREST_SHARE = 1 / 8
const FEWEST_NEAREST = 5
const MOST_NEAREST = 100
/** Tukey's outer reach of what is usual, *Exploratory Data Analysis* (1977): the upper quartile and 1.5 times the distance of quartiles. */
const REACH = 1.5
/** Quartiles of a normal distribution lie so many deviations apart. */
const QUARTILES_APART = 1.349
/** Photos of a class that each photo is compared with at most. */
const MOST_COMPARED = 4000

/**
 * The photos of each class that are farther from it than is usual in it, the farthest first: by the mean cosine distance of the last
 * layer's means to the nearest eighth of the class.
 *
 * @throws `interrupted`
 */
export async function strangersIn(data: DeepData, { signal }: WorkOptions = {}): Promise<Stranger[]> {
  const usable = usablePhotos(data).numbers
  const breathe = breather(signal)
  const found: Stranger[] = []
  for (const label of data.labels.keys()) {
    const members = usable.filter(i => data.photos[i].label === label)
    if (members.length < FEWEST) continue
    const distances = await distancesIn(data, members, breathe)
    const sorted = Float64Array.from(distances).sort()
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]
    const [lower, usual, upper] = [at(0.25), at(0.5), at(0.75)]
    const limit = upper + REACH * (upper - lower)
    for (const [k, photo] of members.entries()) {
      if (!(distances[k] > limit)) continue
      const oddness = ((distances[k] - usual) / (upper - lower || 1)) * QUARTILES_APART
      found.push({ photo, distance: distances[k], usual, oddness })
    }
  }
  return found.sort((a, b) => b.oddness - a.oddness || a.photo - b.photo)
}

/** Of each member its mean distance to those nearest. */
async function distancesIn(
  { features, photos }: DeepData,
  members: readonly number[],
  breathe: () => Promise<void>,
): Promise<Float64Array> {
  const { lastLayer } = features
  const rows = unitRows(features, members)
  // Of a very large class every n-th photo speaks for it.
  const step = Math.ceil(members.length / MOST_COMPARED)
  const compared = members.map((_, k) => k).filter(k => k % step === 0)
  const count = Math.round(NEAREST_SHARE * compared.length)
  const nearest = Math.max(FEWEST_NEAREST, Math.min(MOST_NEAREST, count))
  const distances = new Float64Array(members.length)
  for (const [k, member] of members.entries()) {
    await breathe()
    const { sha256 } = photos[member]
    // A copy of the photo itself says nothing of it.
    const others = compared.filter(other => photos[members[other]].sha256 !== sha256)
    const all = Float64Array.from(others, other => {
      let product = 0
      for (let c = 0; c < lastLayer; c++) product += rows[k * lastLayer + c] * rows[other * lastLayer + c]
      return 1 - product
    }).sort()
    const some = all.subarray(0, nearest)
    distances[k] = some.reduce((sum, distance) => sum + distance, 0) / Math.max(1, some.length)
  }
  return distances
}
