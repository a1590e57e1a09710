import { argumentError, breather } from '../core/index.js'
import { argmax, checkClass, type Rows, sameLength } from './metrics.js'

/** A temperature and what it does to the log loss of the photos it was found on. */
export interface Calibration {
  /** Divide logits by this before the softmax. Above 1 the model was too sure, below 1 too timid. */
  readonly temperature: number
  readonly logLossBefore: number
  readonly logLossAfter: number
}

/** Beyond this a temperature says that something else is wrong; its inverse bounds the other end. */
const GREATEST_TEMPERATURE = 20

/** Halvings of the search interval; 60 use up a double's precision. */
const BISECTIONS = 60

export interface TemperatureOptions {
  /** Imaginary photos of every class; 1 by default. */
  readonly prior?: number | undefined
  /** Ends the search. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Temperature scaling (Guo et al. 2017): the one number that makes held-out logits [photo][class] cost least.
 * The loss is convex in 1 / temperature, so its slope is bisected to zero; nothing can run away.
 *
 * Photos that are all right would ask for endless confidence. So the targets are those of Platt (1999): every class
 * gets `prior` imaginary photos beside the real ones, which leaves the true class (n + prior) / (n + prior × classes).
 * Throws `interrupted` when the signal has fired.
 */
export async function fitTemperature(
  truth: readonly number[],
  logits: Rows,
  { prior = 1, signal }: TemperatureOptions = {},
): Promise<Calibration> {
  sameLength(truth, logits)
  if (logits.length === 0) throw argumentError('logits', 'at least one photo', 0)
  const classes = logits[0].length
  logits.forEach((row, i) => {
    checkClass('truth', truth[i], i, classes)
    if (row.length !== classes || !isFiniteRow(row))
      throw argumentError(`logits[${i}]`, `${classes} finite numbers`, Array.from(row))
  })
  const rest = prior / (logits.length + prior * classes)
  const slope = slopes(truth, logits, rest, breather(signal))
  let low = 1 / GREATEST_TEMPERATURE
  let high = GREATEST_TEMPERATURE
  // A flat loss (all logits equal) says nothing about the temperature: leave it alone.
  if ((await slope(low)) === 0 && (await slope(high)) === 0) low = high = 1
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2
    if ((await slope(middle)) < 0) low = middle
    else high = middle
  }
  const inverse = (low + high) / 2
  return {
    temperature: 1 / inverse,
    logLossBefore: logLossOfLogits(truth, logits, 1),
    logLossAfter: logLossOfLogits(truth, logits, inverse),
  }
}

function isFiniteRow(row: ArrayLike<number>): boolean {
  for (let k = 0; k < row.length; k++) if (!Number.isFinite(row[k])) return false
  return true
}

/** softmax(logits / temperature) of each row, [photo][class]. */
export function softmaxRows(logits: Rows, temperature: number = 1): number[][] {
  return logits.map(row => softmax(row, 1 / temperature))
}

/**
 * d loss / d inverse = sum over photos and classes of (probability - target) × logit. Logits count relative to the
 * greatest: the targets sum to one, so the shift drops out, and large logits lose no digits.
 */
function slopes(
  truth: readonly number[],
  logits: Rows,
  rest: number,
  breathe: () => Promise<void>,
): (inverse: number) => Promise<number> {
  const powers = new Float64Array(logits[0].length)
  const right = 1 - rest * (powers.length - 1)
  const rowSlope = (row: ArrayLike<number>, label: number, inverse: number): number => {
    const top = row[argmax(row)]
    let total = 0
    for (let k = 0; k < powers.length; k++) {
      powers[k] = Math.exp((row[k] - top) * inverse)
      total += powers[k]
    }
    let sum = 0
    for (let k = 0; k < powers.length; k++)
      sum += (powers[k] / total - (k === label ? right : rest)) * (row[k] - top)
    return sum
  }
  return async inverse => {
    let sum = 0
    for (let i = 0; i < logits.length; i++) {
      sum += rowSlope(logits[i], truth[i], inverse)
      await breathe()
    }
    return sum
  }
}

function logLossOfLogits(truth: readonly number[], logits: Rows, inverse: number): number {
  const sum = logits.reduce((loss, row, i) => {
    const top = row[argmax(row)]
    let total = 0
    for (let k = 0; k < row.length; k++) total += Math.exp((row[k] - top) * inverse)
    return loss + Math.log(total) - (row[truth[i]] - top) * inverse
  }, 0)
  return sum / logits.length
}

function softmax(row: ArrayLike<number>, inverse: number): number[] {
  const top = row[argmax(row)]
  const powers = Array.from(row, x => Math.exp((x - top) * inverse))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map(power => power / total)
}
