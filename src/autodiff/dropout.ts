import { argumentError } from '../core/index.js'
import type { GraphBuilder, Value } from '../onnx/index.js'
import { Emitter } from './emit.js'

/**
 * Dropout (Srivastava et al. 2014) by a mask that is drawn outside the graph: where `uniform`, random numbers in
 * [0, 1) of the shape of `x`, is at least the probability, `x` / (1 - probability), and 0 elsewhere.
 * Throws `usage` for a probability outside [0, 1).
 */
export function dropout(builder: GraphBuilder, x: Value, uniform: Value, probability: number): Value {
  if (!(probability >= 0 && probability < 1))
    throw argumentError('probability', 'from 0 up to, not including, 1', probability)
  if (probability === 0) return x
  const e = new Emitter(builder)
  const threshold = e.floats(e.dtype(uniform), [probability])
  const kept = e.indicator(builder.op('GreaterOrEqual', [uniform, threshold]), x)
  return e.mul(x, e.mul(kept, 1 / (1 - probability)))
}
