import type { Progress } from '../../core/index.js'

/** How far one task of a job is. */
export interface Step {
  readonly task: string
  readonly done: number
  readonly total: number
}

/** A job that is shorter is over before anybody wonders. */
const FIRST_MS = 3000
/** Often enough to see that it goes on; each is a message through Redis. */
const PAUSE_MS = 1000

/** Passes on how far a job is: only of long ones, and not too often. */
export function stepTeller(
  tell: (step: Step) => void,
  now: () => number = () => performance.now(),
): Progress {
  let next = now() + FIRST_MS
  return event => {
    if (event.kind !== 'advance' || now() < next) return
    next = now() + PAUSE_MS
    const { task, done, total } = event
    tell({ task, done, total })
  }
}

/** Shows whoever asked how far a job is that somebody else does: one task after the other. */
export class ShownSteps {
  private shown: string | undefined

  /** @param job - what it is called there */
  constructor(
    private readonly progress: Progress | undefined,
    private readonly job: string,
  ) {}

  show({ task: name, done, total }: Step, host: string): void {
    const task = `${this.job} on ${host}: ${name}`
    if (this.shown !== task) {
      this.end()
      this.progress?.({ kind: 'start', task, total })
      this.shown = task
    }
    this.progress?.({ kind: 'advance', task, done, total })
  }

  end(): void {
    if (this.shown !== undefined) this.progress?.({ kind: 'end', task: this.shown })
    this.shown = undefined
  }
}
