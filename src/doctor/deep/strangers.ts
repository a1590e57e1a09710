import { breather, type WorkOptions } from '../../core/index.js'
import type { DeepData } from '../check.js'
import { copyGroups } from './copy-groups.js'
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
/** So much of the class is its core: what lies nearest to the rest. Strangers outside of it vouch for nobody and set no limit. */
const CORE_SHARE = 0.8
/** Photos to the nearest of which, as a share of the class, distances are measured to tell the core. */
const NEAREST_OF_ALL = 1 / 4
/** And of the core, to tell strangers. */
const NEAREST_OF_CORE = 1 / 8
const FEWEST_NEAREST = 5
const MOST_NEAREST = 100
/**
 * How far beyond the usual distance the limit lies: so many times the geometric mean of that distance and the distance of quartiles.
 * Quartiles alone say too little in a small class and too much in an even one, the distance alone knows nothing of how varied it is.
 */
const REACH = 1.15
/** Quartiles of a normal distribution lie so many deviations apart. */
const QUARTILES_APART = 1.349
/** In cosine distance, where the quartiles coincide, as in a class of one picture over and over: any stranger is far then. */
const LEAST_APART = 0.001
/** Photos of a class that each photo is compared with at most. */
const MOST_COMPARED = 3000

/**
 * The photos of each class that are farther from it than is usual in it, the farthest first: by the mean cosine distance of the last
 * layer's means to the nearest eighth of the class's core.
 *
 * @throws `interrupted`
 */
export async function strangersIn(data: DeepData, work: WorkOptions = {}): Promise<Stranger[]> {
  const usable = usablePhotos(data).numbers
  const groups = await copyGroups(data, work)
  const found: Stranger[] = []
  for (const label of data.labels.keys()) {
    const members = usable.filter(i => data.photos[i].label === label)
    if (members.length < FEWEST) continue
    const { distances, core } = await distancesIn(data, members, groups, work)
    const sorted = Float64Array.from(core, k => distances[k]).sort()
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]
    const [usual, apart] = [at(0.5), at(0.75) - at(0.25)]
    const limit = usual + REACH * Math.sqrt(Math.max(0, usual) * apart)
    for (const [k, photo] of members.entries()) {
      if (!(distances[k] > limit)) continue
      const oddness = ((distances[k] - usual) / (apart || LEAST_APART)) * QUARTILES_APART
      found.push({ photo, distance: distances[k], usual, oddness })
    }
  }
  return found.sort((a, b) => b.oddness - a.oddness || a.photo - b.photo)
}

interface Distances {
  /** Of each member from the core. */
  readonly distances: Float64Array
  /** Positions among the members. */
  readonly core: readonly number[]
}

async function distancesIn(
  data: DeepData,
  members: readonly number[],
  groups: Int32Array,
  { signal }: WorkOptions,
): Promise<Distances> {
  const space: ClassSpace = {
    rows: unitRows(data.features, members),
    width: data.features.lastLayer,
    groups: members.map(photo => groups[photo]),
    breathe: breather(signal),
  }
  // Of a very large class every n-th photo speaks for it.
  const step = Math.ceil(members.length / MOST_COMPARED)
  const all = [...members.keys()]
  const compared = all.filter(k => k % step === 0)
  const first = await toNearest(space, compared, compared, NEAREST_OF_ALL)
  const order = [...compared.keys()].sort((a, b) => first[a] - first[b] || a - b)
  const core = order.slice(0, Math.ceil(CORE_SHARE * compared.length)).map(i => compared[i])
  return { distances: await toNearest(space, all, core, NEAREST_OF_CORE), core }
}

/** The photos of a class, by position among its members. */
interface ClassSpace {
  /** Of length 1: [members, width]. */
  readonly rows: Float32Array
  readonly width: number
  /** Copies have the same number. */
  readonly groups: readonly number[]
  readonly breathe: () => Promise<void>
}

/** Of each one asked for the mean cosine distance to those nearest to it, a share of those it is compared with. */
async function toNearest(
  { rows, width, groups, breathe }: ClassSpace,
  asked: readonly number[],
  among: readonly number[],
  share: number,
): Promise<Float64Array> {
  const count = Math.round(share * among.length)
  const nearest = Math.max(FEWEST_NEAREST, Math.min(MOST_NEAREST, count))
  const means = new Float64Array(asked.length)
  for (const [i, k] of asked.entries()) {
    await breathe()
    // A copy of the photo, or the photo itself, says nothing of it.
    const others = among.filter(other => groups[other] !== groups[k])
    const all = Float64Array.from(others, other => {
      let product = 0
      for (let c = 0; c < width; c++) product += rows[k * width + c] * rows[other * width + c]
      return 1 - product
    }).sort()
    const some = all.subarray(0, nearest)
    means[i] = some.reduce((sum, distance) => sum + distance, 0) / Math.max(1, some.length)
  }
  return means
}
