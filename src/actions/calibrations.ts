import type { CalibrationFigures } from '../evaluate/index.js'
import { calibrationOf, type RecipeResult } from '../train/index.js'

/** Whether a classifier's probabilities can be believed, on each kind of photos that it was shown. */
export interface Calibrations {
  readonly calibration: CalibrationFigures
  /** The same photos with test-time augmentation. */
  readonly ttaCalibration: CalibrationFigures | undefined
  readonly testCalibration: CalibrationFigures | undefined
}

export function calibrationsOf({ classifier, seen, tta, test }: RecipeResult): Calibrations {
  const { temperature } = classifier
  return {
    calibration: calibrationOf(seen, temperature),
    // The mean of several answers is no longer what a temperature made of one: there is no "before" to it.
    ttaCalibration: tta && calibrationOf(tta.seen),
    testCalibration: test && calibrationOf(test, temperature),
  }
}
