import type { FindingAnswer } from '../../../src/studio/api/findings.js'
import type { PhotosAnswer } from '../../../src/studio/api/photos.js'

/** What the newest model says of a photo. */
export interface Opinion {
  readonly label: string
  /** Of that label, 0 to 1. */
  readonly probability: number
  /** Of the class that the photo has. */
  readonly own: number
}

/** A photo as the grid shows it. */
export interface Photo {
  readonly id: string
  readonly path: string
  readonly name: string
  readonly label: string
  /** `train`, `valid`, `test`; empty where nothing divides the photos. */
  readonly part: string
  readonly version: string
  readonly isKept: boolean
}

/** What the doctor found of a photo. */
export interface Found extends Pick<FindingAnswer, 'message' | 'said'> {
  /** Of the check. */
  readonly title: string
}

/** Which photos are shown. */
export type Filter =
  | { readonly kind: 'all' }
  | { readonly kind: 'class'; readonly name: string }
  | { readonly kind: 'finding'; readonly name: string }
  | { readonly kind: 'model'; readonly name: 'disagrees' | 'unsure' }
  | { readonly kind: 'aside' }

export const sorts = ['name', 'class', 'likeness', 'doubt'] as const
export type Sort = (typeof sorts)[number]

/** Below this the model is unsure. */
const SURE = 0.7

const partNames = ['train', 'valid', 'test']

/** An edit that was asked for and is not in the list yet. */
export interface Pending {
  readonly ids: ReadonlySet<string>
  readonly kind: 'relabel' | 'reject' | 'restore' | 'keep' | 'apart'
  readonly to: string
}

/** The photos of an answer, as they will be once what was asked for is done. */
export function photosOf(answer: PhotosAnswer, pending: readonly Pending[]): Photo[] {
  const { id, path, label, labels, part, version, kept } = answer
  const last = new Map<string, Pending[]>()
  for (const edit of pending) for (const one of edit.ids) last.set(one, [...(last.get(one) ?? []), edit])
  const photos: Photo[] = []
  for (let i = 0; i < id.length; i++) {
    const edits = last.get(id[i])
    if (edits?.some(({ kind }) => kind === 'reject')) continue
    photos.push({
      id: id[i],
      path: path[i],
      name: path[i].slice(path[i].lastIndexOf('/') + 1),
      label: edits?.findLast(({ kind }) => kind === 'relabel')?.to ?? labels[label[i]] ?? '',
      part: partNames[part[i]] ?? '',
      version: version[i],
      isKept: kept[i] === 1 || edits?.some(({ kind }) => kind === 'keep') === true,
    })
  }
  return photos
}

/** Classes by name, with how many photos each has. */
export function classesOf(
  labels: readonly string[],
  photos: readonly Photo[],
): { name: string; count: number }[] {
  const counts = new Map(labels.map(label => [label, 0]))
  for (const { label } of photos) counts.set(label, (counts.get(label) ?? 0) + 1)
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Findings by check, in the order in which the checks ran. */
export function groupsOf(
  findings: readonly FindingAnswer[],
  checks: readonly { readonly name: string }[],
): { name: string; findings: FindingAnswer[] }[] {
  return checks.flatMap(({ name }) => {
    const own = findings.filter(finding => finding.check === name)
    return own.length === 0 ? [] : [{ name, findings: own }]
  })
}

export interface Facts {
  readonly opinions: ReadonlyMap<string, Opinion>
  /** Ids in an order by likeness, where that is known. */
  readonly likeness: readonly string[] | undefined
}

/** Whether the model would call a photo something else, or hardly knows. */
export function isDoubted(photo: Photo, opinion: Opinion | undefined, what: 'disagrees' | 'unsure'): boolean {
  if (opinion === undefined) return false
  return what === 'disagrees' ? opinion.label !== photo.label : opinion.probability < SURE
}

/** The photos that are shown, in their order. */
export function shownOf(photos: readonly Photo[], filter: Filter, sort: Sort, facts: Facts): Photo[] {
  const kept = photos.filter(photo => {
    if (filter.kind === 'class') return photo.label === filter.name
    if (filter.kind === 'model') return isDoubted(photo, facts.opinions.get(photo.id), filter.name)
    return true
  })
  return sorted(kept, sort, facts)
}

function sorted(photos: Photo[], sort: Sort, { opinions, likeness }: Facts): Photo[] {
  if (sort === 'class') return photos.sort((a, b) => compare(a.label, b.label) || compare(a.path, b.path))
  if (sort === 'doubt') {
    const own = (photo: Photo) => opinions.get(photo.id)?.own ?? 2
    return photos.sort((a, b) => own(a) - own(b))
  }
  if (sort === 'likeness' && likeness !== undefined) {
    const places = new Map(likeness.map((id, i) => [id, i]))
    const place = (photo: Photo) => places.get(photo.id) ?? likeness.length
    return photos.sort((a, b) => place(a) - place(b))
  }
  return photos
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
