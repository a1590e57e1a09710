import { type Said, said } from '../../core/index.js'
import type { CheckedData, CheckedPhoto } from '../check.js'
import type { Finding } from '../finding.js'

/**
 * Share of the photos from which a look is how they are taken or drawn, no fault of single ones: of a class, or of all. Where a
 * third of the photos is at fault, it is the habit that a person should hear of, and not each photo.
 */
const STYLE_SHARE = 1 / 3

/** Fewer photos than this are told one by one, whatever their share: a list so short can be read. */
const STYLE_LEAST = 10

/** Where a look is the style of all, a class in which it is rarer than this does not share it: there it stays a fault. */
const SHARED = 0.1

/** Shares of two classes as far apart as this tell the classes apart. */
const APART = 1 / 3

/** Classes whose counts are told: those with most, and the one with least. */
const NAMED = 3

/** A class, and how many of its photos have the look. */
interface Counted {
  readonly label: string
  readonly photos: number
  readonly having: number
}

/**
 * Findings about the look of single photos, with those in place of which one line says that it is the style of a class, or of
 * all photos.
 *
 * @param judged - all photos that the check could judge
 * @param findings - each about one of them
 * @param are - the look, as what is said of several photos: `are dark`
 */
export function withStyle(
  { labels }: Pick<CheckedData, 'labels'>,
  judged: readonly CheckedPhoto[],
  findings: readonly Finding[],
  are: string,
): Finding[] {
  if (findings.length < STYLE_LEAST) return [...findings]
  const labelOf = new Map(judged.map(({ path, label }) => [path, label]))
  const having = countsOf(
    labels.length,
    findings.map(({ photos: [path] }) => labelOf.get(path)),
  )
  const all = countsOf(
    labels.length,
    judged.map(({ label }) => label),
  )
  const isOfAll = findings.length >= STYLE_SHARE * judged.length
  const classes = labels.map((label, i): Counted => ({ label, photos: all[i], having: having[i] }))
  const isStyle = classes.map(one =>
    isOfAll ? shareOf(one) >= SHARED : one.having >= STYLE_LEAST && shareOf(one) >= STYLE_SHARE,
  )
  const isStyled = ({ photos: [path] }: Finding) => isStyle[labelOf.get(path) ?? -1] === true
  const styled = findings.filter(isStyled)
  if (styled.length < STYLE_LEAST) return [...findings]
  const [{ check }] = styled
  const worst = styled.toSorted((a, b) => b.weight - a.weight)
  return [
    {
      check,
      photos: worst.flatMap(({ photos }) => photos),
      certain: false,
      message: messageOf(classes, are),
      said: styleSaid(check, classes),
      weight: Number.MAX_VALUE,
      isStyle: true,
    },
    ...findings.filter(finding => !isStyled(finding)),
  ]
}

function countsOf(classes: number, labels: readonly (number | undefined)[]): number[] {
  const counts = new Array<number>(classes).fill(0)
  for (const label of labels) if (label !== undefined) counts[label]++
  return counts
}

function shareOf({ photos, having }: Counted): number {
  return photos === 0 ? 0 : having / photos
}

function messageOf(classes: readonly Counted[], are: string): string {
  const sum = (of: (one: Counted) => number) => classes.reduce((total, one) => total + of(one), 0)
  const all = `${sum(({ having }) => having)} of ${sum(({ photos }) => photos)} photos ${are}`
  const counted = classes.filter(({ photos }) => photos > 0).toSorted((a, b) => shareOf(b) - shareOf(a))
  const told = counted.length < 2 ? all : `${all} (${namedOf(counted)})`
  const shares = counted.map(shareOf)
  return counted.length < 2 || shares[0] - shares[shares.length - 1] < APART
    ? `${told}: this is how these photos are, no fault of single ones. Those to come should be like them.`
    : `${told}: this is how photos of some classes are, and not of others. A model may learn it in place of the subject.`
}

function styleSaid(check: string, classes: readonly Counted[]): Said {
  const sum = (of: (one: Counted) => number) => classes.reduce((total, one) => total + of(one), 0)
  const shares = classes.filter(({ photos }) => photos > 0).map(shareOf)
  const isApart = shares.length > 1 && Math.max(...shares) - Math.min(...shares) >= APART
  return said(
    isApart ? 'style-of-some' : 'style',
    check,
    sum(({ having }) => having),
    sum(({ photos }) => photos),
  )
}

/** @param counted - sorted by share */
function namedOf(counted: readonly Counted[]): string {
  const text = ({ label, photos, having }: Counted) => `"${label}" ${having} of ${photos}`
  const few = counted.length <= NAMED + 1
  const named = few ? counted : counted.slice(0, NAMED)
  return [...named.map(text), ...(few ? [] : ['…', text(counted[counted.length - 1])])].join(', ')
}
