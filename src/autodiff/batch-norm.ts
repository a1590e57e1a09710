import { argumentError } from '../core/index.js'
import type { GraphBuilder, Value } from '../onnx/index.js'
import { Emitter } from './emit.js'

export interface BatchNormOptions {
  /** [batch, features] */
  readonly x: Value
  /** [features] */
  readonly scale: Value
  /** [features] */
  readonly bias: Value
  /** [features]: the running mean so far. */
  readonly mean: Value
  /** [features]: the running variance so far. */
  readonly variance: Value
  /** Share of the batch in the new running statistics; 0.1, as in PyTorch. */
  readonly momentum?: number | undefined
  /** Added to the variance; 1e-5. */
  readonly epsilon?: number | undefined
  /** [batch]: weight of each row, 0 for rows that only fill up a batch and must not count. */
  readonly rowWeights?: Value | undefined
}

export interface BatchNormResult {
  /** [batch, features] */
  readonly y: Value
  /** [features]: the running mean after this batch. */
  readonly mean: Value
  /** [features]: the running variance after this batch. */
  readonly variance: Value
}

/**
 * Batch norm in training mode (Ioffe and Szegedy 2015), written in operators that have gradients. Each feature is
 * normalised by the mean and the biased variance of the batch; the running variance takes the unbiased one, as in
 * PyTorch. A batch of one row has no unbiased variance and adds 0 to it.
 * Throws `usage` for an input that is not a matrix.
 */
export function batchNorm(builder: GraphBuilder, options: BatchNormOptions): BatchNormResult {
  const { x, scale, bias, mean, variance, momentum = 0.1, epsilon = 1e-5, rowWeights } = options
  const e = new Emitter(builder)
  if (e.rank(x) !== 2) throw argumentError('x', '[batch, features]', e.shape(x))
  const weights = rowWeights && e.unsqueeze(rowWeights, [1])
  const count = rowWeights ? e.reduceSum(rowWeights, [0]) : rowCount(e, x)
  const overRows = (value: Value) => e.div(e.reduceSum(weights ? e.mul(value, weights) : value, [0]), count)
  const batchMean = overRows(x)
  const centred = e.sub(x, batchMean)
  const batchVariance = overRows(e.square(centred))
  const deviation = builder.op('Sqrt', [e.add(batchVariance, epsilon)])
  const y = e.add(e.mul(e.div(centred, deviation), scale), bias)
  const blend = (old: Value, fresh: Value) =>
    e.add(e.mul(old, 1 - momentum), e.mul(e.squeeze(fresh, [0]), momentum))
  return {
    y,
    mean: blend(mean, batchMean),
    variance: blend(variance, e.mul(batchVariance, besselFactor(e, count))),
  }
}

/** n / (n - 1), where n - 1 is at least 1. */
export function besselFactor(e: Emitter, count: Value): Value {
  const one = e.floats(e.dtype(count), [1])
  return e.div(count, e.builder.op('Max', [e.sub(count, 1), one]))
}

/** [1]: the number of rows, a constant where it is known. */
function rowCount(e: Emitter, x: Value): Value {
  const [rows] = e.shape(x)
  if (typeof rows === 'number') return e.floats(e.dtype(x), [rows], [1])
  return e.cast(e.builder.op('Shape', [x], { start: 0, end: 1 }), e.dtype(x))
}
