import type { ActOf, Operation } from '../../files/index.js'
import type { CheckedData } from '../check.js'
import type { Finding } from '../finding.js'

/** What a person said of photos, known by their content wherever they lie. */
export interface Mark {
  /** Number of the act that set it. */
  readonly number: number
  /** `keep`: each is as it should be. `apart`: they are no copies of one another. */
  readonly kind: 'keep' | 'apart'
  /** SHA-256, hexadecimal. */
  readonly contents: readonly string[]
}

/** The marks that hold, by what a journal tells. */
export function marksOf(operations: readonly Operation[]): Mark[] {
  const marks = new Map<number, Mark>()
  for (const { number, what } of operations.flatMap(({ acts }) => acts)) {
    if (what.act === 'mark') marks.set(number, { number, kind: what.mark, contents: what.contents })
    if (what.act === 'unmark') marks.delete(what.of)
  }
  return [...marks.values()]
}

/** The act that sets a mark. */
export function markAct(
  kind: Mark['kind'],
  photos: readonly { readonly path: string; readonly sha256: string }[],
): ActOf<'mark'> {
  const contents = [...new Set(photos.map(({ sha256 }) => sha256))].sort()
  return { act: 'mark', mark: kind, contents, photos: photos.map(({ path }) => path) }
}

/**
 * The findings that a person has not settled: a photo to be kept is no longer asked about, and photos that are no copies of
 * one another are not told as a pair. Findings about a class, or about all, stay.
 */
export function unsettled(
  findings: readonly Finding[],
  { photos }: Pick<CheckedData, 'photos'>,
  marks: readonly Mark[],
): Finding[] {
  if (marks.length === 0) return [...findings]
  const contents = new Map(photos.map(({ path, sha256 }) => [path, sha256]))
  const kept = new Set(marks.flatMap(({ kind, contents }) => (kind === 'keep' ? contents : [])))
  const apart = marks.filter(({ kind }) => kind === 'apart').map(mark => new Set(mark.contents))
  const contentOf = (path: string) => contents.get(path) ?? path
  return findings.flatMap(finding => {
    const left = finding.photos.filter(path => !kept.has(contentOf(path)))
    if (finding.photos.length === 0 || left.length === finding.photos.length)
      return arePartners(finding.photos.map(contentOf), apart) ? [] : [finding]
    // What was said of a pair or a group says nothing of the one photo that is left of it.
    if (left.length === 0 || (left.length === 1 && finding.photos.length > 1)) return []
    return arePartners(left.map(contentOf), apart) ? [] : [{ ...finding, photos: left }]
  })
}

/** Whether a person said of all of these that they are no copies of one another. */
function arePartners(contents: readonly string[], apart: readonly ReadonlySet<string>[]): boolean {
  return contents.length > 1 && apart.some(mark => contents.every(content => mark.has(content)))
}
