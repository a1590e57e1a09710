import { exactTime } from '../core/index.js'
import { type Piece, TimePlan } from '../train/index.js'
import type { TrainOptions } from './train-options.js'

/** Seconds, on a usual machine, from the end of learning to that of the run: model, quick checks, report. */
const writing: readonly Piece[] = [{ kind: 'other', seconds: 1.5 }]

/** When a training is to be done, and what it takes still, told among its progress. */
export function timePlanOf({ budget, progress }: TrainOptions, began: number): TimePlan {
  return new TimePlan({ budget, progress, began, end: writing })
}

/** Says what was left out for a budget, and whether it was exceeded all the same. */
export function tellBudget(
  { budget, elapsed, spared }: Pick<TimePlan, 'budget' | 'elapsed' | 'spared'>,
  notice: (message: string) => void,
): void {
  if (budget === undefined) return
  const limit = `the budget of ${exactTime(budget)}`
  if (spared.length > 0) notice(`Left out to keep to ${limit}: ${spared.join(', ')}.`)
  const took = exactTime(Math.round(elapsed))
  if (elapsed <= budget || took === exactTime(budget)) return
  const why = spared.length > 0 ? 'the rest could not be left out' : 'the end took longer than expected'
  notice(`This took ${took}, more than ${limit}: ${why}.`)
}
