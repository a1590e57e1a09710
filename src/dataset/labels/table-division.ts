import type { Split } from '../photo.js'
import { partOfTable } from './from-table.js'
import type { FoundFile } from './labelled.js'

/**
 * A division that tables make of photos in class folders: lists called `train.txt` and `test.txt`, or a column. It is
 * taken where folders divide nothing and every photo has its part, as test photos must not be learnt from.
 */
export class TableDivision {
  private readonly splits = new Map<string, Split>()
  private readonly tables = new Set<string>()
  private isContradictory = false

  constructor(private readonly found: readonly FoundFile[]) {}

  /** Notes the photos that a table names, each with the part that a column gives it; else the table's name says it. */
  add(table: string, named: readonly { readonly path: string; readonly split: Split | undefined }[]): void {
    const own = partOfTable(table)
    for (const { path, split = own } of named) {
      if (split === undefined) continue
      const earlier = this.splits.get(path)
      if (earlier !== undefined && earlier !== split) this.isContradictory = true
      this.splits.set(path, split)
      this.tables.add(table)
    }
  }

  /** The part of every photo; none where the tables do not divide these. */
  settle(files: readonly FoundFile[], notice: (message: string) => void): ReadonlyMap<string, Split> {
    const splits = new Set(this.splits.values())
    const isDivided = this.found.some(({ part }) => part.split !== undefined)
    if (isDivided) noticeContradiction(this.found, path => this.splits.get(path), notice)
    if (isDivided || !splits.has('train') || splits.size < 2) return new Map()
    const tables = [...this.tables].map(table => `"${table}"`).join(', ')
    const open = files.find(({ path }) => !this.splits.has(path))
    if (open === undefined && !this.isContradictory) {
      notice(`Tables divide the photos: ${tables}.`)
      return this.splits
    }
    const reason = open === undefined ? 'they put a photo in two parts' : `they do not name "${open.path}"`
    notice(`Not used: the division into parts by ${tables}, as ${reason}. Another is drawn.`)
    return new Map()
  }
}

/** Says where a table puts photos to test with into folders to learn from, or the other way round: the folders hold. */
export function noticeContradiction(
  found: readonly FoundFile[],
  splitOf: (path: string) => Split | undefined,
  notice: (message: string) => void,
): void {
  const wrong = found.filter(({ path, part }) => {
    const split = splitOf(path)
    return part.split !== undefined && split !== undefined && (part.split === 'train') !== (split === 'train')
  })
  if (wrong.length === 0) return
  const [{ path, part }] = wrong
  notice(
    `The folders divide the photos, and a table puts ${wrong.length === 1 ? '1 photo' : `${wrong.length} photos`} into other parts ` +
      `("${path}" lies in ${part.split} and is listed as ${splitOf(path)}): the folders hold. Move the photos where the table is right.`,
  )
}
