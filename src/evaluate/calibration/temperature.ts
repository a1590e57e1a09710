import { argmax, argumentError, breather } from '../../core/index.js'
import { checkClass, type Rows, sameLength } from '../metrics.js'

/** A temperature and what it does to the log loss of the photos it was found on. */
export interface Calibration {
  /** Divide logits by this before the softmax. Above 1 the model was too sure, below 1 too timid. */
  readonly temperature: number
  readonly logLossBefore: number
  readonly logLossAfter: number
}

/** Beyond this a temperature says that something else is wrong; its inverse bounds the other end. */
const GREATEST_TEMPERATURE = 20

/**
 * Deviation of the logarithm of the temperature before any photo is seen: two thirds lie between 0.78 and 1.28. Without it a
 * hundred photos, or photos that are all right, ask for a confidence that other photos do not bear out.
 */
export const USUAL_SPREAD = 0.25

/** Points of the first look, 0.2 of the logarithm apart, and halvings of the space between two, down to 1e-13. */
const LOOKS = 31
const BISECTIONS = 42

export interface TemperatureOptions {
  /** Deviation of the prior on the logarithm of the temperature, whose middle is 1; Infinity for none. 0.25 by default. */
  readonly spread?: number | undefined
  /** Imaginary photos of every class, as Platt (1999) has them: softer targets; 0 by default. */
  readonly imaginary?: number | undefined
  /** How often the photos are there: logits of the same photos from several drawings count as one; 1 by default. */
  readonly drawings?: number | undefined
  /** Ends the search. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Temperature scaling (Guo et al. 2017): the one number that makes held-out logits [photo][class] most probable, with the prior
 * log T ~ N(0, spread^2). What is least is the sum of the photos' losses, plus (log T)^2 / (2 spread^2).
 *
 * The loss is convex in 1 / T, and the prior in log T; both together may have two valleys, so points over the whole range are
 * looked at first, and the slope is bisected to zero beside the lowest. Nothing can run away.
 *
 * With `imaginary` photos of every class the true class is to get (n + imaginary) / (n + imaginary × classes).
 * Throws `interrupted` when the signal has fired.
 */
export async function fitTemperature(
  truth: readonly number[],
  logits: Rows,
  { spread = USUAL_SPREAD, imaginary = 0, drawings = 1, signal }: TemperatureOptions = {},
): Promise<Calibration> {
  checkLogits(truth, logits)
  const rest = imaginary / (logits.length + imaginary * logits[0].length)
  const photos = await lossAt(truth, logits, rest, breather(signal))
  // Both by u = log T, whose loss has the slope -1/T times that by 1/T.
  const at = async (u: number) => {
    const inverse = Math.exp(-u)
    const { loss, slope } = await photos(inverse)
    return {
      loss: loss / drawings + u ** 2 / (2 * spread ** 2),
      slope: (-inverse * slope) / drawings + u / spread ** 2,
    }
  }
  const temperature = Math.exp(await lowest(at, Math.log(GREATEST_TEMPERATURE)))
  return {
    temperature,
    logLossBefore: logLossOfLogits(truth, logits, 1),
    logLossAfter: logLossOfLogits(truth, logits, 1 / temperature),
  }
}

/**
 * By how much the photos' losses, summed, have to fall for a temperature to be worth it: the likelihood ratio of one
 * parameter at 95 %. Smaller gains are luck of these photos more often than not, and cost others.
 */
const CLEAR_GAIN = 1.92

/** The temperature of {@link fitTemperature} where the photos left out clearly ask for one; else 1. */
export async function clearTemperature(
  truth: readonly number[],
  logits: Rows,
  options: TemperatureOptions = {},
): Promise<number> {
  const { temperature, logLossBefore, logLossAfter } = await fitTemperature(truth, logits, options)
  const photos = truth.length / (options.drawings ?? 1)
  return photos * (logLossBefore - logLossAfter) > CLEAR_GAIN ? temperature : 1
}

type LossAt = (x: number) => Promise<{ readonly loss: number; readonly slope: number }>

/** Where in [-end, end] a function is least; 0 where it is flat. */
async function lowest(at: LossAt, end: number): Promise<number> {
  const step = (2 * end) / (LOOKS - 1)
  let best = 0
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < LOOKS; i++) {
    const x = i * step - end
    const { loss } = await at(x)
    if (loss < least) [best, least] = [x, loss]
    greatest = Math.max(greatest, loss)
  }
  // A flat loss (all logits equal) says nothing about the temperature: leave it alone.
  if (greatest === least) return 0
  let low = Math.max(-end, best - step)
  let high = Math.min(end, best + step)
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2
    if ((await at(middle)).slope < 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function checkLogits(truth: readonly number[], logits: Rows): void {
  sameLength(truth, logits)
  if (logits.length === 0) throw argumentError('logits', 'at least one photo', 0)
  const classes = logits[0].length
  logits.forEach((row, i) => {
    checkClass('truth', truth[i], i, classes)
    if (row.length !== classes || !isFiniteRow(row))
      throw argumentError(`logits[${i}]`, `${classes} finite numbers`, Array.from(row))
  })
}

function isFiniteRow(row: ArrayLike<number>): boolean {
  for (let k = 0; k < row.length; k++) if (!Number.isFinite(row[k])) return false
  return true
}

/** Probabilities [photo][class] of the same logits divided by another temperature: p^(1 / T), made to sum to 1 again. */
export function tempered(rows: Rows, temperature: number): number[][] {
  return softmaxRows(
    rows.map(row => Array.from(row, p => Math.log(Math.max(p, Number.MIN_VALUE)))),
    temperature,
  )
}

/** softmax(logits / temperature) of each row, [photo][class]. */
export function softmaxRows(logits: Rows, temperature: number = 1): number[][] {
  return logits.map(row => softmax(row, 1 / temperature))
}

/**
 * The photos' loss and its slope by 1 / T: sums over photos and classes of -target × log probability and of
 * (probability - target) × logit. Logits count relative to the greatest: the targets sum to one, so the shift drops out, and
 * large logits lose no digits.
 */
async function lossAt(
  truth: readonly number[],
  logits: Rows,
  rest: number,
  breathe: () => Promise<void>,
): Promise<LossAt> {
  const classes = logits[0].length
  const right = 1 - rest * (classes - 1)
  // Of each row what the targets make of it; the slope's other part is the mean logit by the probabilities.
  const wanted = new Float64Array(logits.length)
  const tops = new Float64Array(logits.length)
  for (const [i, row] of logits.entries()) {
    tops[i] = row[argmax(row)]
    for (let k = 0; k < classes; k++) wanted[i] += (k === truth[i] ? right : rest) * (row[k] - tops[i])
    await breathe()
  }
  return async inverse => {
    let loss = 0
    let slope = 0
    for (let i = 0; i < logits.length; i++) {
      let total = 0
      let sum = 0
      for (let k = 0; k < classes; k++) {
        const logit = logits[i][k] - tops[i]
        const power = Math.exp(logit * inverse)
        total += power
        sum += power * logit
      }
      loss += Math.log(total) - inverse * wanted[i]
      slope += sum / total - wanted[i]
      await breathe()
    }
    return { loss, slope }
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
