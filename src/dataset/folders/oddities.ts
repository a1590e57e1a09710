import { looksLikePhoto } from './ignored-names.js'

/**
 * What else lies in a data set's folders, and is left out: each kind with the words a report uses for it. What is
 * `told` changes what is learnt, so the person hears of it at once; `if a photo`: where the name is a photo's.
 */
const oddityKinds = [
  ['hidden', 'hidden files and folders', 'no'],
  ['system', 'files that operating systems and archives leave behind', 'no'],
  ['other-file', 'files that are not photos (texts, tables, videos, archives, models)', 'no'],
  ['run', 'folders of training runs and of what else chiquito writes', 'no'],
  ['outside', 'files that lie in no class folder', 'if a photo'],
  ['unlabelled', 'photos of a test part that nothing gives a class', 'no'],
  ['bare', 'folders without a photo, so that they are no classes', 'told'],
  ['aside', 'folders that only go with photos', 'told'],
  ['extra-folder', 'folders beside the parts of the data set', 'told'],
  ['link-outside', 'links that lead out of the data set', 'told'],
  ['broken-link', 'links that lead nowhere', 'told'],
  ['link-loop', 'links to a folder that is read already', 'no'],
  ['special', 'pipes, sockets and devices', 'told'],
  ['bad-name', 'files whose names are not valid UTF-8', 'told'],
  ['forbidden', 'files that may not be read', 'told'],
  ['large', 'files too large to be photos', 'told'],
  ['unlisted', 'photos to which the table with the labels gives none', 'told'],
  ['unnamed', 'photos whose file name names no class', 'told'],
  ['missing', 'photos that a table names and that are not there', 'told'],
] as const

export type OddityKind = (typeof oddityKinds)[number][0]

/** How often something odd was met, with the first few paths (relative to the root) as examples. */
export interface Oddity {
  readonly kind: OddityKind
  readonly description: string
  readonly count: number
  readonly examples: readonly string[]
}

/** Enough to recognise a pattern; reports and logs must not grow with the mess they describe. */
const MAX_EXAMPLES = 10

interface Entry {
  count: number
  readonly examples: string[]
  /** How many changed what is learnt, and the first of them. */
  told: number
  toldExample: string
}

/** Counts oddities while folders are read. */
export class OddityCounter {
  private readonly counts = new Map<OddityKind, Entry>()

  add(kind: OddityKind, path: string): void {
    const entry = this.counts.get(kind) ?? { count: 0, examples: [], told: 0, toldExample: '' }
    entry.count++
    if (entry.examples.length < MAX_EXAMPLES) entry.examples.push(path)
    const isTold = oddityKinds.find(([name]) => name === kind)?.[2]
    if (isTold === 'told' || (isTold === 'if a photo' && looksLikePhoto(path))) {
      if (entry.told++ === 0) entry.toldExample = path
    }
    this.counts.set(kind, entry)
  }

  /** What was met, in the order of the table above. */
  list(): Oddity[] {
    return oddityKinds.flatMap(([kind, description]) => {
      const entry = this.counts.get(kind)
      if (entry === undefined) return []
      return [{ kind, description, count: entry.count, examples: entry.examples }]
    })
  }

  /** A sentence for each kind that changes what is learnt: what, how many, an example, what to do. */
  notices(): string[] {
    return oddityKinds.flatMap(([kind, description]) => {
      const { told = 0, toldExample = '' } = this.counts.get(kind) ?? {}
      if (told === 0) return []
      const example = told === 1 ? `: "${toldExample}"` : ` (${told}), for example "${toldExample}"`
      const remedy = kind === 'link-outside' ? ` ${FOLLOW_LINKS}` : ''
      return [`Left out: ${description}${example}.${remedy}`]
    })
  }
}

/** What to do about links that were not followed. */
export const FOLLOW_LINKS =
  'With --follow-links what links lead to is read, too; only for data that you trust.'
