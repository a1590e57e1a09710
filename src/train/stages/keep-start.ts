import { ChiquitoError } from '../../core/index.js'
import type { Stage } from './stage.js'

export interface StartKept {
  readonly name: string
  /** What the schedule is called. */
  readonly schedule: string
  /** The fit before, whose last training loss is what this one starts from. */
  readonly before: Stage | undefined
  /** Brings back what was there before the fit; the accuracy of that. */
  goBack(): Promise<number>
  readonly notice?: ((message: string) => void) | undefined
}

/**
 * A fit that is undone where it loses to its own start: where it diverges, or where the mean training loss of the second
 * half of its epochs is higher than that of the fit before. Training photos alone decide.
 */
export async function keepingStart(run: () => Promise<Stage>, options: StartKept): Promise<Stage> {
  const { name, schedule, before, goBack, notice } = options
  const started = performance.now()
  const found = await run().catch((error: unknown) => {
    if (error instanceof ChiquitoError && error.code === 'diverged') return undefined
    throw error
  })
  const undone = found ? lost(found, before) : `"${name}" diverged`
  if (found && !undone) return found
  const reason = `${undone}: what was learnt before it is kept.`
  notice?.(reason)
  const accuracy = await goBack()
  const seconds = found?.seconds ?? (performance.now() - started) / 1000
  return { name, schedule, epochs: found?.epochs ?? [], accuracy, seconds, undone: reason }
}

function lost({ name, epochs }: Stage, before: Stage | undefined): string | undefined {
  const [from, to] = [lateLoss(before?.epochs ?? []), lateLoss(epochs)]
  // No epoch, no mean; and what is no number is not better.
  if (Number.isNaN(from) || to <= from) return undefined
  return `"${name}" ended with a training loss of ${to.toPrecision(2)}, and began at ${from.toPrecision(2)}`
}

/** Mean training loss of the second half of the epochs; NaN where there are none. */
function lateLoss(epochs: Stage['epochs']): number {
  const late = epochs.slice(Math.floor(epochs.length / 2))
  return late.reduce((sum, { trainLoss }) => sum + trainLoss, 0) / late.length
}
