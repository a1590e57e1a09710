import type { Value } from '../onnx/index.js'

/** What the gradient of a batch norm needs of its way forward; a number for each channel is a vector [padded channels]. */
export interface Norm {
  /** The input less a number that is near each channel's mean, in parts. */
  readonly parts: readonly Value[]
  /** The mean of what is left; undefined where it is 0. */
  readonly rest: Value | undefined
  /** One over the deviation. */
  readonly inverse: Value
}
