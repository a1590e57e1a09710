import { type CalibrationFigures, calibrationFigures, type ReliabilityBin } from '../../evaluate/index.js'
import type { ModelMetadata } from '../../run/index.js'
import type { Seen } from './seen.js'

type CalibrationFacts = NonNullable<ModelMetadata['calibration']>

/** Whether what a classifier said of photos can be believed. */
export function calibrationOf(
  { photos, probabilities }: Pick<Seen, 'photos' | 'probabilities'>,
  temperature?: number | undefined,
): CalibrationFigures {
  return calibrationFigures(
    photos.map(photo => photo.label),
    probabilities,
    temperature,
  )
}

/** The same as a model says it of itself. */
export function calibrationFacts(
  { count, ece, interval, floor, equalMass, logLoss, brier, reliability, before }: CalibrationFigures,
  fittedOn: string | undefined,
): CalibrationFacts {
  const mutable = (figure: Pick<CalibrationFigures, 'ece' | 'interval' | 'floor'>) => ({
    ece: figure.ece,
    interval: [figure.interval[0], figure.interval[1]] satisfies [number, number],
    floor: { ...figure.floor },
  })
  return {
    fittedOn: fittedOn ?? null,
    measuredOn: count,
    ...mutable({ ece, interval, floor }),
    equalMass: mutable(equalMass),
    logLoss,
    brier,
    reliability: filled(reliability),
    before: before && { ...before, reliability: filled(before.reliability) },
  }
}

/** The bins that hold photos. */
function filled(bins: readonly ReliabilityBin[]): CalibrationFacts['reliability'] {
  return bins.flatMap(({ count, confidence, accuracy }) =>
    confidence === null || accuracy === null ? [] : [{ count, confidence, accuracy }],
  )
}
