import type { Finding } from '../../doctor/index.js'
import type { CheckedClass, CheckWords, DoctorPageInput } from './input.js'

// A page of thousands of findings is no page: pictures are shared out among classes and checks, what is left out is counted.

/** Pictures on a page; at 160 pixels each takes some 8 kB as text, so that it stays well below 10 MB. */
const MAX_PICTURES = 420
/** Classes shown with their typical and odd photos, those with the oddest first, and pictures in a row of each. */
const MAX_CLASSES = 15
const CLASS_PICTURES = 6
/** Pictures of a group; a pair has two. */
const GROUP_PICTURES = 6
/** Findings of one check with pictures. */
const CHECK_FINDINGS = 60
/** Further ones as a line of text. */
const LISTED_FINDINGS = 100

/** A finding with those of its photos that are shown. */
export interface ShownFinding {
  readonly finding: Finding
  readonly photos: readonly string[]
}

/** What a check found, as far as a page shows it. */
export interface ShownCheck {
  readonly check: CheckWords
  /** All that it found. */
  readonly count: number
  readonly shown: readonly ShownFinding[]
  /** Those that have no picture, by their words. */
  readonly listed: readonly Finding[]
}

export interface Layout {
  readonly classes: readonly CheckedClass[]
  /** In the order of the checks; those that found something. */
  readonly checks: readonly ShownCheck[]
}

/** Which findings and photos the page shows. */
export function layout({ classes, checks, findings }: DoctorPageInput): Layout {
  const shownClasses = classes
    .filter(({ typical, odd }) => typical.length + odd.length > 0)
    .toSorted((a, b) => b.odd.length - a.odd.length)
    .slice(0, MAX_CLASSES)
    .map(each => ({
      ...each,
      typical: each.typical.slice(0, CLASS_PICTURES),
      odd: each.odd.slice(0, CLASS_PICTURES),
    }))
  const used = shownClasses.reduce((sum, { typical, odd }) => sum + typical.length + odd.length, 0)
  const found = checks
    .map(check => ({ check, findings: sorted(findings.filter(finding => finding.check === check.name)) }))
    .filter(each => each.findings.length > 0)
  const shares = shareOut(
    MAX_PICTURES - used,
    found.map(each => each.findings.slice(0, CHECK_FINDINGS).map(pictureCount)),
  )
  return {
    classes: shownClasses,
    checks: found.map((each, i) => shownCheck(each.check, each.findings, shares[i])),
  }
}

/** Paths of the photos that the page shows pictures of, each once. */
export function picturesWanted(input: DoctorPageInput): string[] {
  const { classes, checks } = layout(input)
  const paths = [
    ...classes.flatMap(({ typical, odd }) => [...typical, ...odd]),
    ...checks.flatMap(({ shown }) => shown.flatMap(({ photos }) => photos)),
  ]
  return [...new Set(paths)]
}

function shownCheck(check: CheckWords, findings: readonly Finding[], shown: number): ShownCheck {
  return {
    check,
    count: findings.length,
    shown: findings
      .slice(0, shown)
      .map(finding => ({ finding, photos: finding.photos.slice(0, GROUP_PICTURES) })),
    listed: findings.slice(shown, shown + LISTED_FINDINGS),
  }
}

function pictureCount({ photos }: Finding): number {
  return Math.min(photos.length, GROUP_PICTURES)
}

function sorted(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => b.weight - a.weight)
}

/**
 * How many findings of each check are shown: by turns one of each, as long as there are pictures. Findings without
 * photos cost nothing.
 */
function shareOut(pictures: number, costs: readonly (readonly number[])[]): number[] {
  const shown = costs.map(() => 0)
  let left = pictures
  const longest = Math.max(0, ...costs.map(each => each.length))
  for (let turn = 0; turn < longest; turn++)
    for (const [i, each] of costs.entries()) {
      if (turn >= each.length || shown[i] < turn || each[turn] > left) continue
      shown[i]++
      left -= each[turn]
    }
  return shown
}
