import { ChiquitoError } from '../core/index.js'
import { requireProbabilities } from './verdict.js'

/** What a network answers to some views. */
export interface RawAnswers {
  /** Of `probabilities`. */
  readonly shape: readonly number[]
  /** [views, labels] */
  readonly probabilities: Float32Array
  /** [views]; undefined where the network does not say. */
  readonly known: Float32Array | undefined
}

/**
 * Probabilities [views][labels], checked, and how familiar each view is.
 *
 * @param path - of the model, for messages
 * @throws `model` where the answers are none that training writes
 */
export function checkedAnswers(
  { shape, probabilities, known }: RawAnswers,
  [count, classes]: readonly [number, number],
  path: string,
): { probabilities: number[][]; known: Float32Array | undefined } {
  requireProbabilities(shape, probabilities, [count, classes], path)
  if (known !== undefined) requireKnown(known, count, path)
  const rows = Array.from({ length: count }, (_, i) =>
    Array.from(probabilities.subarray(i * classes, (i + 1) * classes)),
  )
  return { probabilities: rows, known }
}

function requireKnown(values: Float32Array, count: number, path: string): void {
  const odd = values.find(value => !(value >= 0 && value <= 1))
  if (odd === undefined && values.length === count) return
  throw new ChiquitoError(
    'model',
    `"${path}" answers with a "known" of ${odd ?? `${values.length} numbers`}, where one from 0 to 1 a photo is expected: ` +
      'it was changed or damaged. Copy it again from where it was trained, or train again.',
  )
}
