import type { Progress, ProgressEvent } from '../core/index.js'
import { printable } from './output.js'
import { progressBars } from './progress-bars.js'
import { progressLines } from './progress-lines.js'
import type { System } from './system.js'

/** Shows progress until closed. */
export interface ProgressView {
  readonly progress: Progress
  /** Gives the terminal back as it was; harmless when called again. */
  readonly close: () => void
}

/**
 * Shows progress on standard error: bars on a terminal, plain lines elsewhere.
 *
 * @param quiet - only notices that are not routine
 */
export function showProgress(
  { stderr, env }: Pick<System, 'stderr' | 'env'>,
  quiet: boolean,
  now: () => number = () => performance.now(),
): ProgressView {
  const view =
    stderr.isTTY && env.TERM !== 'dumb' && !env.CI
      ? progressBars(stderr, now)
      : { progress: progressLines(line => stderr.write(`${line}\n`), now), close: () => {} }
  const progress: Progress = event => {
    if (!quiet || (event.kind === 'notice' && !event.isRoutine)) view.progress(safe(event))
  }
  return { progress, close: view.close }
}

function safe(event: ProgressEvent): ProgressEvent {
  if (event.kind === 'notice') return { ...event, message: printable(event.message) }
  if (event.kind === 'estimate') return event
  const task = printable(event.task)
  if (event.kind === 'start' || event.note === undefined) return { ...event, task }
  return { ...event, task, note: printable(event.note) }
}
