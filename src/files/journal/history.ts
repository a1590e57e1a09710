import type { JournalRecord, RecordedAct } from './record.js'

/** What one command did to a folder. */
export interface Operation {
  /** Counted from 1. */
  readonly id: number
  /** `doctor --fix`, `undo`, … */
  readonly name: string
  /** When it began, ISO 8601. */
  readonly at: string
  readonly by: string
  /** The operations that it takes back; undefined for one that is not an undo. */
  readonly undoes: readonly number[] | undefined
  /** The undo that it takes back; undefined for one that is no redo. */
  readonly redoes: readonly number[] | undefined
  /** Those that were done, and the last one, which may have been cut off. */
  readonly acts: readonly RecordedAct[]
  /** What it works by, where it settled that. */
  readonly plan: unknown
  /** `open`: under way, or cut off, and may go on. `cut`: cut off, and something else was done after it. */
  readonly state: 'open' | 'done' | 'cut'
}

interface Draft extends Operation {
  readonly acts: RecordedAct[]
  plan: unknown
  state: Operation['state']
}

/** What a journal's lines say together, as they are read or written. */
export class History {
  private readonly drafts: Draft[] = []
  private written = 0
  private last: RecordedAct | undefined

  get operations(): readonly Operation[] {
    return this.drafts
  }

  /** How many acts were ever written, those that failed too. */
  get acts(): number {
    return this.written
  }

  /** The last act, where nothing follows that says it was done. */
  get pending(): RecordedAct | undefined {
    return this.last
  }

  /** Adds a line; what is wrong with it, where it does not follow from those before. */
  add(record: JournalRecord): string | undefined {
    const open = this.drafts.at(-1)
    if (record.event === 'begin') {
      if (open?.state === 'open' || record.operation !== this.drafts.length + 1)
        return `operation ${record.operation} begins out of turn`
      const { operation: id, name, at, by, undoes, redoes } = record
      this.drafts.push({ id, name, at, by, undoes, redoes, acts: [], plan: undefined, state: 'open' })
    } else {
      const isOfOpen = !('operation' in record) || record.operation === open?.id
      if (open?.state !== 'open' || !isOfOpen) return `a line "${record.event}" stands in no operation`
      if (record.event === 'act') return this.addAct(open, record)
      if (record.event === 'failed') {
        if (record.number !== open.acts.at(-1)?.number) return `act ${record.number} is not the last one`
        open.acts.pop()
      } else if (record.event === 'plan') open.plan = record.plan
      else if (record.event === 'end') open.state = record.cut ? 'cut' : 'done'
    }
    this.last = undefined
    return undefined
  }

  private addAct(open: Draft, record: RecordedAct): string | undefined {
    if (record.number !== this.written + 1)
      return `act ${record.number} stands where ${this.written + 1} was expected`
    this.written++
    open.acts.push(record)
    this.last = record
    return undefined
  }
}
