import type { Recollection } from '../album/index.js'
import { searchKey } from '../search/index.js'
import type { Query, Source } from '../sources/index.js'

/** A source, and what the person calls it. */
export interface AskedSource {
  readonly source: Source
  readonly given: string
}

/** A class to be collected. */
export interface Subject {
  /** Relative to the collection, empty for its own folder; undefined where each photo's label says it. */
  readonly folder: string | undefined
  readonly query: Omit<Query, 'wanted'>
  /** Tells it from another that looks for the same. */
  readonly id?: string | undefined
  /** Photos that it may bring, where it shares its folder with others; else the folder has a limit. */
  readonly limit?: number | undefined
  /** In place of those that are asked for all. */
  readonly sources?: readonly AskedSource[] | undefined
}

interface Limits {
  readonly sources: readonly AskedSource[]
  /** Photos for each class. */
  readonly limit: number
}

/** Photos that a class lacks, or a subject that has a limit of its own. */
export function missingFor(
  memory: Recollection,
  folder: string,
  subject: Subject | undefined,
  { sources, limit }: Limits,
): number {
  if (subject?.limit === undefined) return limit - memory.collected(folder)
  const keys = (subject.sources ?? sources).map(({ given }) => searchKey({ ...subject, given }))
  return keys.reduce((left, key) => left - memory.collectedBy(key), subject.limit)
}

/** Photos that are wanted, as far as that is known. @param classes - that were met so far */
export function wantedInAll(
  { subjects, limit }: Limits & { readonly subjects: readonly Subject[] },
  classes: number,
): number {
  if (subjects.some(subject => subject.limit === undefined)) return limit * Math.max(subjects.length, classes)
  return subjects.reduce((sum, subject) => sum + (subject.limit ?? 0), 0)
}
