import { argmax, ChiquitoError } from '../core/index.js'

// Also runs in a browser.

/** What a model says of one photo. */
export interface Prediction {
  /** The most probable label. */
  readonly label: string
  /** Of each label, in the model's order; they sum to 1. */
  readonly probabilities: readonly number[]
  /** How like the photos learnt from it is, 0 to 1: a conformal p-value. Null where the model does not say. */
  readonly known: number | null
  /** Whether it is too unlike them for any of the labels: "neither". */
  readonly abstained: boolean
}

/**
 * The verdict on one photo.
 *
 * @param known - how familiar it is; undefined where the model does not say
 * @param threshold - what that has to reach; undefined where nothing is asked of it
 */
export function verdictOf(
  labels: readonly string[],
  probabilities: readonly number[],
  known: number | undefined,
  threshold: number | undefined,
): Prediction {
  const label = labels[argmax(probabilities)]
  const abstained = known !== undefined && threshold !== undefined && known < threshold
  return { label, probabilities, known: known ?? null, abstained }
}

/** How far the sum of a photo's probabilities may be from 1: 32-bit rounding of ten thousand labels, and more. */
const sumTolerance = 1e-3

/** A damaged or foreign graph answers with other shapes, with NaN, or with scores: none of that is a verdict. */
export function requireProbabilities(
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
