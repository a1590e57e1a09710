import type { TextTable } from '../support/result.js'
import type { Plant, Truth } from './plants.js'

/** What a tool says of a folder of photos, by the names of the planted faults. */
export interface Answer {
  /** Files that it flags, for each fault that it looks for; one that is not there is not looked for. */
  readonly flags: Readonly<Record<string, readonly string[]>>
  /** Files that it calls copies of each other; undefined where it does not look for copies. */
  readonly groups: readonly (readonly string[])[] | undefined
  readonly notes: readonly string[]
}

/** How many planted faults of a kind a tool found, and how many clean photos it flagged beside. */
export interface Score {
  readonly found: number
  readonly alarms: number
}

/** What must be found of twenty; 19 where nothing else is said. */
const goals: Readonly<Record<string, number>> = { 'over-bright': 17, 'motion blur': 14, screenshot: 18 }
const usualGoal = 19
/** Share of the clean photos that may be flagged. */
const allowedAlarms = 0.01

/** Every kind of fault of a plant, in its order. */
export function faultsOf({ faults }: Truth): string[] {
  return [...new Set(faults.map(({ fault }) => fault))]
}

/** How a tool did with one kind of fault; undefined where it does not look for it. */
export function score(truth: Truth, fault: string, { flags, groups }: Answer): Score | undefined {
  const planted = truth.faults.filter(each => each.fault === fault)
  const clean = new Set(truth.clean)
  if (planted.every(each => each.of === null)) {
    const flagged = flags[fault]
    if (flagged === undefined) return undefined
    const all = new Set(flagged)
    return {
      found: planted.filter(({ file }) => all.has(file)).length,
      alarms: [...all].filter(file => clean.has(file)).length,
    }
  }
  if (groups === undefined) return undefined
  const { together, strangers } = pairsIn(truth, groups)
  return {
    found: planted.filter(({ file, of }) => together.has(key(file, of ?? ''))).length,
    alarms: [...strangers].filter(file => clean.has(file)).length,
  }
}

/** Pairs that a tool names, and the files that it pairs with one that comes from another photo. */
function pairsIn(truth: Truth, groups: readonly (readonly string[])[]) {
  const together = new Set<string>()
  const strangers = new Set<string>()
  for (const group of groups)
    for (const [i, a] of group.entries())
      for (const b of group.slice(i + 1)) {
        together.add(key(a, b))
        if (truth.family[a] === truth.family[b]) continue
        strangers.add(a)
        strangers.add(b)
      }
  return { together, strangers }
}

function key(a: string, b: string): string {
  return a < b ? `${a}\n${b}` : `${b}\n${a}`
}

/** Found of twenty and clean photos flagged, for each kind of fault and each tool, ours first; what is missed stands last. */
export function faultTable(title: string, { truth }: Plant, answers: ReadonlyMap<string, Answer>): TextTable {
  const names = [...answers.keys()]
  const lines = faultsOf(truth).map(fault => {
    const scores = names.map(name => {
      const answer = answers.get(name)
      return answer && score(truth, fault, answer)
    })
    return [fault, ...scores.map(cell), verdict(truth, fault, names, scores)]
  })
  return { title, lines: [['', ...names, ''], ...lines] }
}

function cell(found: Score | undefined): string {
  return found === undefined ? '–' : `${found.found} (${found.alarms})`
}

/** What is not as it should be: too few found, too many clean ones flagged, another tool that is better. */
function verdict(
  truth: Truth,
  fault: string,
  names: readonly string[],
  [ours, ...others]: readonly (Score | undefined)[],
): string {
  if (ours === undefined) return 'not looked for'
  const goal = goals[fault] ?? usualGoal
  const planted = truth.faults.filter(each => each.fault === fault).length
  const allowed = allowedAlarms * truth.clean.length
  const better = others.flatMap((other, i) =>
    other && other.found > ours.found && other.alarms <= allowed ? [names[i + 1]] : [],
  )
  return [
    ...(ours.found * 20 < goal * planted ? [`found: at least ${goal}`] : []),
    ...(ours.alarms > allowed ? [`flagged: at most ${allowed}`] : []),
    ...better.map(name => `${name} finds more`),
  ].join('; ')
}
