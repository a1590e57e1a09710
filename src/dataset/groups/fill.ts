import type { Group } from './group.js'

/** Cells of the table that finds the nearest sum: 16 MB, some hundred milliseconds. Beyond, first come, first taken. */
const MOST_CELLS = 16_000_000

/** Groups of several classes that are compared in pairs. */
const MOST_PAIRED = 300

/** Times that all groups of several classes are looked at again. */
const MOST_ROUNDS = 10

/**
 * Chooses whole groups so that each class comes as near to its target as can be, the first of the draw first, and something
 * of each class whose target is not 0.
 *
 * @param groups - in the order of the draw
 * @param targets - photos wanted, by label
 * @param mayTakeAll - by label: whether all groups of the class may be chosen; otherwise one stays at least
 */
export function fill(
  groups: readonly Group[],
  targets: readonly number[],
  mayTakeAll: readonly boolean[],
): Set<Group> {
  const mixed = groups.filter(({ counts }) => counts.size > 1)
  const chosen = fillMixed(mixed, groups, targets, mayTakeAll)
  for (const [label, target] of targets.entries()) {
    const taken = sum([...chosen], label)
    const open = groups.filter(({ counts }) => counts.size === 1 && counts.has(label))
    // Where a mixed group stays, all of the others may go.
    const isKept = mayTakeAll[label] || mixed.some(group => !chosen.has(group) && group.counts.has(label))
    const sizes = open.map(({ members }) => members.length)
    for (const i of nearest(sizes, target - taken, {
      mayTakeAll: isKept,
      mustTake: taken === 0 && target > 0,
    }))
      chosen.add(open[i])
    if (target > 0 && sum([...chosen], label) === 0) addSmallest(mixed, label, chosen, mayTakeAll)
  }
  return chosen
}

/**
 * Which of these sizes add up to the number nearest to `target`, the earlier ones first.
 *
 * @returns indices, rising
 */
export function nearest(
  sizes: readonly number[],
  target: number,
  { mayTakeAll, mustTake }: { mayTakeAll: boolean; mustTake: boolean },
): number[] {
  const total = sizes.reduce((a, b) => a + b, 0)
  const most = mayTakeAll ? total : total - 1
  if (sizes.length === 0 || most < 1 || (target < 1 && !mustTake)) return []
  const greedy = firstFitting(sizes, Math.min(target, most))
  const reached = greedy.reduce((a, i) => a + sizes[i], 0)
  if (reached === target) return greedy
  const limit = Math.min(most, target + Math.max(...sizes))
  if ((sizes.length + 1) * (limit + 1) > MOST_CELLS) return greedy
  return nearestSum(sizes, target, limit, mustTake)
}

function firstFitting(sizes: readonly number[], target: number): number[] {
  let left = target
  return sizes.flatMap((size, i) => {
    if (size > left) return []
    left -= size
    return [i]
  })
}

/** By a table of the sums that the later ones can make: subset sum, as in any textbook. */
function nearestSum(sizes: readonly number[], target: number, limit: number, mustTake: boolean): number[] {
  const width = limit + 1
  const reach = new Uint8Array((sizes.length + 1) * width)
  reach[sizes.length * width] = 1
  for (let i = sizes.length - 1; i >= 0; i--)
    for (let sum = 0; sum < width; sum++)
      if (reach[(i + 1) * width + sum] || (sum >= sizes[i] && reach[(i + 1) * width + sum - sizes[i]]))
        reach[i * width + sum] = 1
  let left = -1
  for (let sum = mustTake ? 1 : 0; sum < width; sum++)
    if (reach[sum] && (left < 0 || Math.abs(sum - target) < Math.abs(left - target))) left = sum
  if (left < 0) return []
  return sizes.flatMap((size, i) => {
    if (size > left || !reach[(i + 1) * width + left - size]) return []
    left -= size
    return [i]
  })
}

/** Groups with photos of several classes, such as a person's: taken where that brings all classes nearer together. */
function fillMixed(
  mixed: readonly Group[],
  all: readonly Group[],
  targets: readonly number[],
  mayTakeAll: readonly boolean[],
): Set<Group> {
  const chosen = new Set<Group>()
  const left = [...targets]
  const kept = targets.map((_, label) => all.filter(({ counts }) => counts.has(label)).length)
  const change = (group: Group, sign: 1 | -1) =>
    [...group.counts].reduce(
      (cost, [label, count]) => cost + Math.abs(left[label] - sign * count) - Math.abs(left[label]),
      0,
    )
  const move = (group: Group, sign: 1 | -1) => {
    for (const [label, count] of group.counts) {
      left[label] -= sign * count
      kept[label] -= sign
    }
    if (sign === 1) chosen.add(group)
    else chosen.delete(group)
  }
  const isFree = ({ counts }: Group) =>
    [...counts.keys()].every(label => mayTakeAll[label] || kept[label] > 1)
  for (let round = 0, moved = true; moved && round < MOST_ROUNDS; round++) {
    moved = false
    for (const group of mixed) {
      const sign = chosen.has(group) ? -1 : 1
      if (change(group, sign) >= 0 || (sign === 1 && !isFree(group))) continue
      move(group, sign)
      moved = true
    }
    if (!moved && mixed.length <= MOST_PAIRED) moved = swapOne(mixed, chosen, { change, move, isFree })
  }
  return chosen
}

interface Moves {
  /** By how much all classes come farther from their targets. */
  readonly change: (group: Group, sign: 1 | -1) => number
  readonly move: (group: Group, sign: 1 | -1) => void
  readonly isFree: (group: Group) => boolean
}

/** Exchanges one chosen group for another where that helps. */
function swapOne(
  mixed: readonly Group[],
  chosen: ReadonlySet<Group>,
  { change, move, isFree }: Moves,
): boolean {
  for (const out of mixed.filter(group => chosen.has(group))) {
    const gain = change(out, -1)
    move(out, -1)
    const better = mixed.find(
      group => group !== out && !chosen.has(group) && isFree(group) && gain + change(group, 1) < 0,
    )
    move(better ?? out, 1)
    if (better !== undefined) return true
  }
  return false
}

function addSmallest(
  mixed: readonly Group[],
  label: number,
  chosen: Set<Group>,
  mayTakeAll: readonly boolean[],
): void {
  const open = mixed.filter(group => group.counts.has(label) && !chosen.has(group))
  if (open.length < (mayTakeAll[label] ? 1 : 2)) return
  chosen.add(open.reduce((a, b) => (b.members.length < a.members.length ? b : a)))
}

function sum(groups: readonly Group[], label: number): number {
  return groups.reduce((total, { counts }) => total + (counts.get(label) ?? 0), 0)
}
