import { argmax } from '../../../core/index.js'
import { clearTemperature, fitTemperature, lossOf, softmaxRows } from '../../../evaluate/index.js'

/** What a network said of photos left out, measured. */
export interface Judged {
  /** What each photo costs once the logits are as sure as they may be. */
  readonly losses: readonly number[]
  /** The photos that it takes for something else, by their place among those judged. */
  readonly missed: ReadonlySet<number>
  /** For use: see `clearTemperature`. */
  readonly temperature: number
}

/** Standard errors of the difference: more is luck once in twenty times. */
const luck = 2

/**
 * For the comparison both are as sure as their photos allow, less one imaginary photo of every class: what was learnt with
 * label smoothing is far more timid than a head, and a prior that leaves it so would judge the timidity.
 */
const asSureAsAllowed = { spread: Number.POSITIVE_INFINITY, imaginary: 1 }

/** @param truth label of each photo */
export async function judged(
  truth: readonly number[],
  logits: readonly number[][],
  signal: AbortSignal | undefined,
): Promise<Judged> {
  const compared = await fitTemperature(truth, logits, { ...asSureAsAllowed, signal })
  const temperature = await clearTemperature(truth, logits, { signal })
  const rows = softmaxRows(logits, compared.temperature)
  return {
    losses: rows.map((row, i) => lossOf(row[truth[i]])),
    missed: new Set(Array.from(truth.keys()).filter(i => argmax(rows[i]) !== truth[i])),
    temperature,
  }
}

/** How one network does beside another, on the same photos. */
export interface Verdict {
  /** Unless it costs more than luck explains. */
  readonly pays: boolean
  /** Standard error of the difference. */
  readonly error: number
}

export function verdictOn(frozen: Judged, tuned: Judged): Verdict {
  const gains = frozen.losses.map((loss, i) => loss - tuned.losses[i])
  const gain = mean(gains)
  const error = Math.sqrt(mean(gains.map(one => (one - gain) ** 2)) / Math.max(1, gains.length - 1))
  return { pays: gain > -luck * error, error }
}

/** What is compared: the head alone, the network fine-tuned briefly and, where there is much to win, thoroughly. */
export interface Compared<Of> {
  readonly head: Of
  readonly brief: Of
  readonly thorough?: Of | undefined
}

/** Below this share of mistakes no set was met where much fine-tuning was better than a little. */
const muchWrong = 0.1

/** Whether so many mistakes are left that thorough fine-tuning, which may do harm, is worth a try. */
export function isMuchLeft(wrong: number, photos: number): boolean {
  return wrong >= muchWrong * photos
}

/**
 * Thorough fine-tuning where it costs least, and makes no more mistakes than luck explains: it was learnt from two thirds of the
 * photos, and gains more from the rest than a head does. A little where it costs less than the head alone and makes no more
 * mistakes. And else the head: what is in doubt is left as it was.
 */
export function winner({ head, brief, thorough }: Compared<Judged>): keyof Compared<Judged> {
  if (thorough && [head, brief].every(other => costsLess(thorough, other))) return 'thorough'
  return mean(brief.losses) < mean(head.losses) && brief.missed.size <= head.missed.size ? 'brief' : 'head'
}

/** And makes at most one standard error more mistakes, of which those that both make say nothing. */
function costsLess(one: Judged, other: Judged): boolean {
  const onlyOne = [...one.missed].filter(photo => !other.missed.has(photo)).length
  const onlyOther = [...other.missed].filter(photo => !one.missed.has(photo)).length
  return mean(one.losses) < mean(other.losses) && onlyOne - onlyOther <= Math.sqrt(onlyOne + onlyOther)
}

/** Log loss, as sentences have it. */
export function costOf({ losses }: Judged): string {
  return mean(losses).toFixed(3)
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
