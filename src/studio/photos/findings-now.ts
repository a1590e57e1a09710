import { type Mark, unsettled } from '../../doctor/index.js'
import type { Operation } from '../../files/index.js'
import type { FindingAnswer, FindingsAnswer } from '../api/findings.js'
import { photoId } from '../photo-id.js'
import type { FindingsRecord } from './findings-record.js'
import type { Listing } from './shelf.js'

/** What these find is a class that may be wrong: another class answers it. */
const ofClasses = new Set(['label-errors', 'unlike-class', 'one-sided-clusters'])

/**
 * What the doctor found, as far as it still stands: photos are followed to where they are now, and what a person settled since
 * (moved to another class, set aside, kept, told apart) is left out.
 */
export function findingsNow(
  record: FindingsRecord,
  { photos, labels }: Pick<Listing, 'photos' | 'labels'>,
  operations: readonly Operation[],
): NonNullable<FindingsAnswer['looked']> {
  const { places, marks } = since(record, operations)
  const classes = new Map(photos.map(({ path, label }) => [path, labels[label]]))
  const stands = record.findings.flatMap(finding => {
    const hasOther = (path: string) =>
      ofClasses.has(finding.check) && classes.get(places.get(path) ?? path) !== record.photos[path]?.[1]
    const now = finding.photos
      .filter(path => !hasOther(path))
      .map(path => places.get(path) ?? path)
      .filter(path => classes.has(path))
    const isLess = now.length < finding.photos.length
    if (isLess && (now.length === 0 || (now.length === 1 && finding.photos.length > 1))) return []
    return [{ ...finding, weight: 0, photos: now }]
  })
  const answers = unsettled(stands, { photos: [] }, marks).map(
    ({ check, photos: paths, certain, message, said = null, isStyle }): FindingAnswer => ({
      check,
      photos: paths.map(photoId),
      certain,
      message,
      said,
      isStyle: isStyle === true,
    }),
  )
  return { at: record.at, unseen: unseen(record, photos, places), checks: record.checks, findings: answers }
}

/** How many photos are others than those that were looked at. */
function unseen(
  { photos: seen }: FindingsRecord,
  photos: Listing['photos'],
  places: ReadonlyMap<string, string>,
): number {
  const before = new Map([...places].map(([first, now]) => [now, first]))
  return photos.filter(({ path, version }) => seen[before.get(path) ?? path]?.[0] !== version).length
}

/** Where photos went, and what was said of them, since the doctor began to look. Marks go by the paths of today. */
function since({ started }: FindingsRecord, operations: readonly Operation[]) {
  const firstOf = new Map<string, string>()
  const marks = new Map<number, Mark & { readonly contents: string[] }>()
  for (const { at, acts } of operations) {
    if (at < started) continue
    for (const { number, what } of acts) {
      if (what.act === 'mark') marks.set(number, { number, kind: what.mark, contents: [...what.photos] })
      if (what.act === 'unmark') marks.delete(what.of)
      if (what.act !== 'move') continue
      const first = firstOf.get(what.from) ?? what.from
      firstOf.delete(what.from)
      firstOf.set(what.to, first)
      for (const { contents } of marks.values()) {
        const i = contents.indexOf(what.from)
        if (i >= 0) contents[i] = what.to
      }
    }
  }
  return { places: new Map([...firstOf].map(([now, first]) => [first, now])), marks: [...marks.values()] }
}
