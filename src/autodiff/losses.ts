import { argumentError } from '../core/index.js'
import type { GraphBuilder, Value } from '../onnx/index.js'
import { Emitter } from './emit.js'

export interface CrossEntropyOptions {
  /** Share of each target that is spread evenly over the classes: from 0 (the default) up to 1, not included. */
  readonly labelSmoothing?: number | undefined
  /** Weight of each class in the order of the logits, 0 or more. */
  readonly classWeights?: readonly number[] | undefined
  /** [batch]: weight of each row, 0 for rows that only fill up a batch. Not all of them may be 0. */
  readonly rowWeights?: Value | undefined
}

/**
 * Cross-entropy of logits [batch, classes] against target probabilities [batch, classes] (one-hot for hard labels): a
 * scalar in the dtype of the logits,
 *
 *   sum_i r_i sum_c w_c ((1 - s) t_ic + s / classes) (-log softmax(x_i)_c)  /  sum_i r_i sum_c w_c t_ic
 *
 * with row weights r, class weights w and label smoothing s (Szegedy et al. 2016). For one-hot targets that is
 * PyTorch's weighted mean. For soft targets with class weights PyTorch divides by the batch size instead; here the
 * weights that were given out are what is divided by, in both cases.
 * Throws `usage` for an option out of range, `model` where the number of classes is not a fixed number.
 */
export function crossEntropy(
  builder: GraphBuilder,
  logits: Value,
  targets: Value,
  options: CrossEntropyOptions = {},
): Value {
  const { labelSmoothing = 0, classWeights, rowWeights } = options
  const e = new Emitter(builder)
  const classes = classCount(builder, logits)
  if (!(labelSmoothing >= 0 && labelSmoothing < 1))
    throw argumentError('labelSmoothing', 'from 0 up to, not including, 1', labelSmoothing)
  if (classWeights) checkClassWeights(classWeights, classes)
  const weigh = (value: Value) =>
    classWeights ? e.mul(value, e.floats(e.dtype(logits), classWeights, [classes])) : value
  const smooth = e.add(e.mul(targets, 1 - labelSmoothing), labelSmoothing / classes)
  const surprise = e.neg(e.builder.op('LogSoftmax', [logits], { axis: 1 }))
  const rowLoss = e.reduceSum(e.mul(weigh(smooth), surprise), [1], false)
  const rowTotal = e.reduceSum(weigh(targets), [1], false)
  const total = (rows: Value) => e.reduceSum(rowWeights ? e.mul(rows, rowWeights) : rows, undefined, false)
  return e.div(total(rowLoss), total(rowTotal))
}

function classCount(builder: GraphBuilder, logits: Value): number {
  const shape = builder.shape(logits)
  const classes = shape[1]
  if (shape.length === 2 && typeof classes === 'number') return classes
  throw argumentError('logits', '[batch, classes] with a fixed number of classes', shape)
}

function checkClassWeights(weights: readonly number[], classes: number): void {
  if (weights.length !== classes || !weights.every(weight => Number.isFinite(weight) && weight >= 0))
    throw argumentError('classWeights', `${classes} numbers of 0 or more, one for each class`, weights)
}
