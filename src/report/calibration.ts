import type { CalibrationFigures, Interval } from '../evaluate/index.js'
import type { CalibrationFacts } from './input.js'
import { loss, plural, range, share } from './text.js'

/** Whether probabilities can be believed, in two sentences for a terminal. */
export function calibrationText(figures: CalibrationFacts): string {
  const { ece, interval, logLoss, brier, before } = figures
  const was = before ? ` (${loss(before.logLoss)} without the temperature)` : ''
  return (
    `Probabilities are off by ${share(ece)} on average (95 % interval ${range(interval)}); ${judgement(figures)}.\n` +
    `Log loss ${loss(logLoss)}${was}, Brier score ${share(brier)}.`
  )
}

/** What the calibration error says beside luck. */
export function judgement({
  ece,
  floor,
  count,
}: Pick<CalibrationFigures, 'ece' | 'floor' | 'count'>): string {
  const luck = `perfect ones would seem off by ${range(floorRange(floor))} on ${plural(count, 'photo')} by luck alone`
  return ece <= floor.high ? luck : `${luck}, so this is more than luck`
}

export function floorRange({ low, high }: CalibrationFigures['floor']): Interval {
  return [low, high]
}

/** Which photos the temperature was found on. */
export function temperatureText({ temperature, fittedOn, before }: CalibrationFacts): string {
  if (before === null)
    return fittedOn === undefined
      ? 'No temperature was found for them, as no photos were left out of training for that.'
      : `They are as the model gave them: ${fittedOn}, gave no clear reason to change them.`
  const on = fittedOn === undefined ? '' : `, found on ${fittedOn}`
  return `Before the softmax the model’s outputs are divided by ${temperature.toFixed(2)}, the temperature${on}. The photos shown here took no part in that.`
}
