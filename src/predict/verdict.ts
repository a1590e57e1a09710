import { argmax } from '../core/index.js'

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
