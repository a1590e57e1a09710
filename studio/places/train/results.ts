import type { Job } from '../../../src/studio/api/jobs.js'

/** What a job of kind `more-photos` came to. */
export interface Curve {
  readonly points: readonly { readonly photos: number; readonly error: number }[]
  /** Photos judged. */
  readonly judged: number
  readonly forecasts: readonly {
    readonly times: number
    readonly error: number
    readonly interval: readonly [number, number]
    readonly gain: readonly [number, number]
  }[]
}

/** What a job of kind `find-rate` came to. */
export interface Rates {
  readonly points: readonly { readonly rate: number; readonly loss: number }[]
  readonly suggestion: number | null
}

/** Undefined where the job came to none, null where there were too few photos for one. */
export function curveOf({ result }: Job): Curve | null | undefined {
  if (!isRecord(result)) return undefined
  if (result.curve === null) return null
  return isCurve(result.curve) ? result.curve : undefined
}

export function ratesOf({ result }: Job): Rates | undefined {
  return isRates(result) ? result : undefined
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const isNumbers = (value: unknown, keys: readonly string[]): boolean =>
  isRecord(value) && keys.every(key => typeof value[key] === 'number')

const isPair = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && value.every(one => typeof one === 'number')

function isCurve(value: unknown): value is Curve {
  return (
    isNumbers(value, ['judged']) &&
    isRecord(value) &&
    Array.isArray(value.points) &&
    value.points.every(point => isNumbers(point, ['photos', 'error'])) &&
    Array.isArray(value.forecasts) &&
    value.forecasts.every(
      one => isNumbers(one, ['times', 'error']) && isPair(one.interval) && isPair(one.gain),
    )
  )
}

function isRates(value: unknown): value is Rates {
  return (
    isRecord(value) &&
    Array.isArray(value.points) &&
    value.points.every(point => isNumbers(point, ['rate', 'loss'])) &&
    (value.suggestion === null || typeof value.suggestion === 'number')
  )
}
