import { FARTHEST, type KnownRanks, STEEPNESS } from './known.js'

/** How a photo that did not take part was seen. */
export interface Witness {
  /** Mean cosine to the nearest learnt photos. */
  readonly near: number
  /** The same without most of what all photos have in common. */
  readonly centred: number
  /** Highest probability. */
  readonly sure: number
  /** The class it was taken for. */
  readonly taken: number
  /** Log-odds that it is of the classes, not of other things, where photos of those are known. */
  readonly odds?: number | undefined
}

/**
 * Scores that are equal but for rounding count as equal, on whatever machine: stored ones are smaller by this share. Other
 * ranks give scores that differ by more.
 */
const slack = 1e-4

/** Photos that are all alike are no way apart. */
const leastWay = 1e-4

export interface CalibrateOptions {
  readonly by: KnownRanks['by']
  readonly classes: number
  readonly least: number
  /** Below which log-odds a photo is the less familiar, where photos of other things are known. */
  readonly oddsTail?: KnownRanks['tail'] | undefined
}

/**
 * Makes ranks of witnesses. Each class with enough of them is a group of its own, so that rare classes keep their coverage;
 * the others share one. Where these are still too few, each counts so often that they are enough: what is below all of them is
 * "neither". Ranked among photos of other classes most of theirs would be, as few photos lie farther apart than many do. Classes
 * that no witness was taken for are ranked among all.
 *
 * @param least photos with which the coverage can be held: of fewer none lies below the threshold
 */
export function calibrate(
  witnesses: readonly Witness[],
  { by, classes, least, oddsTail }: CalibrateOptions,
): KnownRanks {
  const near = ascending(witnesses.map(one => one.near))
  const sure = ascending(witnesses.map(one => one.sure))
  const centred = ascending(witnesses.map(one => one.centred))
  const [tail, centredTail] = [tailOf(near), tailOf(centred)]
  const scores = witnesses.map(one => {
    const ranks = familiarity(rank(near, one.near), rank(centred, one.centred), rank(sure, one.sure))
    const tails = Math.fround(fallOf(one.near, tail) * fallOf(one.centred, centredTail))
    return Math.fround(ranks * tails) * fallOf(one.odds, oddsTail) * (1 - slack)
  })
  const counts = new Array<number>(classes).fill(0)
  for (const { taken } of witnesses) counts[taken]++
  const isAlone = counts.map(count => count >= least)
  const rest = counts.reduce((sum, count, k) => sum + (isAlone[k] ? 0 : count), 0)
  const shared = classes
  const groupOf = isAlone.map((alone, k) => (alone ? k : shared))
  const isAmongAll = rest === 0 && groupOf.includes(shared)
  const members = witnesses.flatMap(({ taken }, i): [number, number][] => {
    const group = groupOf[taken]
    if (group !== shared || rest >= least)
      return isAmongAll
        ? [
            [scores[i], group],
            [scores[i], shared],
          ]
        : [[scores[i], group]]
    const times = Math.ceil(least / rest)
    return new Array<[number, number]>(times).fill([scores[i], shared])
  })
  return {
    by,
    near,
    tail,
    centred,
    centredTail,
    sure,
    scores: Float32Array.from(members.map(([score]) => score)),
    groups: Float32Array.from(members.map(([, group]) => group)),
    groupOf: Float32Array.from(groupOf),
  }
}

/** Photos to be ranked among that a coverage needs: with fewer even the least familiar one is within it. */
export function leastPhotos(coverage: number): number {
  return Math.ceil(1 / (1 - coverage) - 1 - 1e-9)
}

/**
 * How many values are not above this one, which is among them. A new photo counts itself beside: so it can only gain, and
 * the coverage holds.
 *
 * @param values ascending
 */
function rank(values: Float32Array, value: number): number {
  // As the values are stored: else the least of them may not find itself, and what has rank 0 is never the least familiar.
  const own = Math.fround(value)
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle] <= own) low = middle + 1
    else high = middle
  }
  return low
}

/** What a score is multiplied by for nearness, or log-odds, that lie far below those of others, as 32-bit floats have it. */
function fallOf(value: number | undefined, tail: KnownRanks['tail'] | undefined): number {
  return value === undefined || tail === undefined
    ? 1
    : Math.fround(Math.exp(Math.fround(-STEEPNESS * depth(value, tail))))
}

/** The 5 % quantile of nearness, and the way from there to the median. */
export function tailOf(near: Float32Array): KnownRanks['tail'] {
  const at = (part: number) => near[Math.floor(part * near.length)]
  return [at(0.05), Math.max(at(0.5) - at(0.05), leastWay)]
}

/** How many such ways below the quantile a nearness is. */
function depth(near: number, [from, way]: KnownRanks['tail']): number {
  return Math.min(FARTHEST, Math.max(0, (from - near) / way))
}

/** `near² · centred · sure`, as 32-bit floats multiply: the graph does the same. */
function familiarity(near: number, centred: number, sure: number): number {
  const square = Math.fround(near * near)
  return Math.fround(Math.fround(square * centred) * sure)
}

function ascending(values: readonly number[]): Float32Array {
  return Float32Array.from(values).sort()
}
