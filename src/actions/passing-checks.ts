import { commandInText, commandName, plural, shellPath } from '../core/index.js'
import type { Dataset } from '../dataset/index.js'
import {
  type CheckedData,
  type CheckedPhoto,
  type GatherOptions,
  gatherFacts,
  type QuickCheck,
  quickChecks,
} from '../doctor/index.js'

/** What the quick checks found in passing. */
export interface PassingChecks {
  /** Photos that were looked at; fewer than there are where time ran out. */
  readonly looked: number
  readonly photos: number
  /** Names of the checks that were not run: time ran out, or they count photos and not all were looked at. */
  readonly left: readonly string[]
  /** What all this took. */
  readonly seconds: number
  /** The checks that found something, what matters most first. */
  readonly found: readonly {
    readonly check: string
    readonly title: string
    readonly count: number
    /** Of what matters most among them; or what is said of all where it is how a large part of the photos is. */
    readonly example: string
    readonly isStyle: boolean
  }[]
}

/**
 * Not in passing: copies take a second look at pixels, `train` tells of shortcuts, leaks and unreadable photos itself, and the
 * others are no fault for what is learnt.
 */
const leftOut = new Set([
  'near-copies',
  'exact-copies',
  'shortcuts',
  'unreadable',
  'extension',
  'rotation',
  'place',
])

/** Of the time that there is, what reading and measuring may take: photos in work are finished, and the checks need some, too. */
const LOOKING_SHARE = 0.7

/** Checks told to a person in a few lines. */
const TOLD = 4

/**
 * Looks at the photos that were learnt from and measured on, as far as time allows. What was measured is kept for the next
 * time, and for `doctor`.
 *
 * @param most - milliseconds that it may take
 */
export async function checkInPassing(
  { root, labels, photos }: Dataset,
  {
    most,
    cache,
    known,
    signal,
  }: Pick<GatherOptions, 'cache' | 'known' | 'signal'> & { readonly most: number },
): Promise<PassingChecks> {
  const started = performance.now()
  const byPath = new Map(photos.map(photo => [photo.path, photo]))
  const gathered = await gatherFacts(root, [...byPath.keys()], {
    most: LOOKING_SHARE * most,
    cache,
    known,
    signal,
  })
  const looked = gathered.files.flatMap(({ path, sha256, facts }): CheckedPhoto[] => {
    const photo = byPath.get(path)
    return photo?.sha256 === sha256 ? [{ ...photo, facts, row: undefined }] : []
  })
  const isWhole = gathered.skipped === 0
  const data: CheckedData = { root, labels, photos: looked }
  const found: PassingChecks['found'][number][] = []
  const left: string[] = []
  for (const check of quickChecks) {
    if (leftOut.has(check.name)) continue
    const isLate = performance.now() - started >= most
    if (isLate || looked.length === 0 || (!isWhole && ofClasses.has(check.name))) left.push(check.name)
    else found.push(...(await foundBy(check, data, signal)))
  }
  const seconds = (performance.now() - started) / 1000
  return { looked: photos.length - gathered.skipped, photos: photos.length, left, seconds, found }
}

/** These count photos, so they need all of them. */
const ofClasses = new Set(['too-few', 'imbalance', 'greyscale'])

async function foundBy(
  check: QuickCheck,
  data: CheckedData,
  signal: AbortSignal | undefined,
): Promise<PassingChecks['found'][number][]> {
  const findings = await check.run(data, { signal })
  if (findings.length === 0) return []
  const [worst] = findings.toSorted((a, b) => b.weight - a.weight)
  return [
    {
      check: check.name,
      title: check.title,
      count: findings.reduce((sum, { isStyle, photos }) => sum + (isStyle ? photos.length : 1), 0),
      example: worst.message,
      isStyle: worst.isStyle === true,
    },
  ]
}

/** The same in a few lines, for a terminal; none where all was looked at and nothing found. */
export function passingText({ looked, photos, left, found }: PassingChecks, data: string): string {
  if (found.length === 0 && left.length === 0 && looked === photos) return ''
  const lines = found.slice(0, TOLD).map(one => `! ${lineOf(one)}`)
  const cut = cutShort({ looked, photos, left })
  const part = cut === undefined ? '' : `${cut}; `
  const more = found.length > TOLD ? `${plural(found.length - TOLD, 'check')} more found something; ` : ''
  return [
    ...lines,
    `  ${part}${more}${commandInText(`${commandName()} doctor ${shellPath(data)}`)} tells all.`,
  ].join('\n')
}

/** The same as sentences for a report. */
export function faultsOf({ found, ...how }: PassingChecks): string[] {
  const cut = cutShort(how)
  return [...found.map(lineOf), ...(cut === undefined ? [] : [`${cut}.`])]
}

/** Where not all was looked at, that is said: nothing found is then no sign that nothing is wrong. */
function cutShort({ looked, photos, left }: Pick<PassingChecks, 'looked' | 'photos' | 'left'>) {
  if (looked === photos && left.length === 0) return undefined
  const skipped = left.length > 0 ? `, ${plural(left.length, 'check')} left out` : ''
  return `Quick checks cut short, as they take a tenth of the time at most: ${looked} of ${plural(photos, 'photo')} looked at${skipped}`
}

function lineOf({ title, count, example, isStyle }: PassingChecks['found'][number]): string {
  return isStyle ? `${title}: ${example}` : `${title}: ${count}. ${example}`
}
