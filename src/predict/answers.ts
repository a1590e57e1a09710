import { ChiquitoError } from '../core/index.js'

// Also runs in a browser.

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

/** How far the sum of a photo's probabilities may be from 1: 32-bit rounding of ten thousand labels, and more. */
const sumTolerance = 1e-3

/** A damaged or foreign graph answers with other shapes, with NaN, or with scores: none of that is a verdict. */
function requireProbabilities(
  shape: readonly number[],
  values: Float32Array,
  [count, classes]: readonly [number, number],
  path: string,
): void {
  const refuse = (what: string) =>
    new ChiquitoError(
      'model',
      `"${path}" answers with ${what}, which are no probabilities of ${classes} labels: it was changed or damaged. ` +
        'Copy it again from where it was trained, or train again.',
    )
  if (shape.length !== 2 || shape[0] !== count || shape[1] !== classes)
    throw refuse(`numbers of shape [${shape.join(', ')}]`)
  for (let i = 0; i < count; i++) {
    const row = values.subarray(i * classes, (i + 1) * classes)
    const odd = row.find(value => !(value >= 0 && value <= 1 + sumTolerance))
    if (odd !== undefined) throw refuse(`numbers like ${odd}`)
    const sum = row.reduce((a, b) => a + b, 0)
    if (Math.abs(sum - 1) > sumTolerance) throw refuse(`numbers that add up to ${sum.toPrecision(4)}`)
  }
}
