import type { BackgroundFigures } from '../evaluate/index.js'
import { plural, range } from './text.js'

/** How a model does on photos of other things that it did not learn from, as a sentence. */
export function backgroundText({ learnt, measured, caught, interval }: BackgroundFigures): string {
  const from = `It learnt from ${plural(learnt, 'photo')} of other things`
  if (interval === null) return `${from}; none are left to measure what that is worth.`
  return `${from}, and says "neither" of ${caught} of ${measured} others that it did not learn from (${range(interval)}).`
}
