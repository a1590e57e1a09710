import { type Progress, plural } from '../../core/index.js'

const task = 'looking at photos'

/** How long it takes is told by what was done in this time: what opens the model takes no longer, and what is known by content less. */
const RECENT_MS = 20_000
/** And not before this. */
const FIRST_MS = 3000

interface Mark {
  readonly at: number
  readonly done: number
}

/** Tells how far it is and how long it still takes. */
export class Pace {
  private readonly marks: Mark[] = []

  /**
   * @param recalled - rows that are there from an earlier start
   * @param now - milliseconds, of any origin
   */
  constructor(
    private readonly total: number,
    private readonly recalled: number,
    private readonly progress: Progress | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {
    if (recalled > 0)
      progress?.({
        kind: 'notice',
        message: `Going on: ${plural(recalled, 'row')} of ${total} ${recalled === 1 ? 'is' : 'are'} there.`,
      })
    progress?.({ kind: 'start', task, total })
    this.marks.push({ at: now(), done: recalled })
  }

  tell(done: number): void {
    const { total, recalled, marks, progress } = this
    const at = this.now()
    marks.push({ at, done })
    // One older than that stays, to measure from.
    while (marks.length > 2 && at - marks[1].at > RECENT_MS) marks.shift()
    const [first] = marks
    const seconds = (at - first.at) / 1000
    const isEarly = at - first.at < FIRST_MS && first.done === recalled
    if (!isEarly && done > first.done)
      progress?.({ kind: 'estimate', seconds: (seconds / (done - first.done)) * (total - done) })
    progress?.({ kind: 'advance', task, done, total, recalled })
  }

  end(): void {
    this.progress?.({ kind: 'estimate', seconds: 0 })
    this.progress?.({ kind: 'end', task })
  }
}
