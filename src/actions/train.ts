import { helpersFor } from './train-helpers.js'
import type { TrainOptions } from './train-options.js'
import type { TrainResult } from './train-result.js'
import { trainRun } from './train-run.js'

export type { PassingChecks } from './passing-checks.js'
export type { TrainOptions } from './train-options.js'
export type { LeakedPhoto, TestFigures, TrainResult } from './train-result.js'

/** Photos in, classifier out: trains by a recipe, writes model, figures and report into the run folder. */
export function train(given: TrainOptions): Promise<TrainResult> {
  return trainRun({ ...given, helpers: helpersFor })
}
