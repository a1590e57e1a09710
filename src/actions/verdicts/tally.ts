import type { Refused } from '../../predict/index.js'
import type { VerdictRow } from './row.js'

/** Photos that could not be judged and are named; the rest is counted, and stands in the rows. */
const NAMED = 10

/** What all rows come to, without holding them. */
export class Tally {
  readonly named: Refused[] = []
  unreadable = 0
  abstained = 0
  private readonly labels: Map<string, number>

  constructor(labels: readonly string[]) {
    this.labels = new Map(labels.map(label => [label, 0]))
  }

  add(row: VerdictRow): void {
    if ('error' in row) {
      this.unreadable++
      if (this.named.length < NAMED) this.named.push({ path: row.path, reason: row.error })
    } else if (row.abstained) this.abstained++
    else this.labels.set(row.label, (this.labels.get(row.label) ?? 0) + 1)
  }

  /** Photos of each label, those that show none of them left out. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.labels)
  }
}
