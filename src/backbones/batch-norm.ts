import type { Tensor } from '../core/index.js'
import type { GraphBuilder, Value } from '../onnx/index.js'
import { toFloat32, type Weights } from './weights.js'

/** A convolution's weights after folding, as values of a graph: W [out, in / group, k, k] and bias [out]. */
export interface FoldedConvolution {
  readonly weight: Value
  readonly bias: Value
}

/**
 * Folds batch norm in evaluation mode into the convolution before it (neither has a bias of its own):
 * `W' = W * s`, `b' = beta - mean * s`, with `s = gamma / sqrt(variance + epsilon)` by output channel.
 *
 * Weights of 16 bits stay so in the graph, which is half as large: it holds the steps `W' = cast(W) * s`, and
 * runtimes work them out once when they load it. Weights of 32 bits are folded here, in float64.
 *
 * @param conv name of the convolution's weights without `.weight`; `norm` likewise for the batch norm.
 */
export function foldedConvolution(
  builder: GraphBuilder,
  weights: Weights,
  conv: string,
  norm: string,
  epsilon: number,
): FoldedConvolution {
  const kernel = weights.get(`${conv}.weight`)
  const { scale, shift } = affineOf(weights, norm, epsilon)
  const bias = builder.initializer(`${conv}.bias`, vector(shift, [shift.length]))
  if (kernel.dtype === 'float16') {
    const stored = builder.initializer(`${conv}.weight`, kernel)
    const factors = builder.initializer(`${norm}.scale`, vector(scale, [scale.length, 1, 1, 1]))
    const wide = builder.op('Cast', [stored], { to: 'float32' })
    return { weight: builder.op('Mul', [wide, factors]), bias }
  }
  const folded = scaledRows(toFloat32(kernel).data, scale)
  return {
    weight: builder.initializer(`${conv}.weight`, { dtype: 'float32', shape: kernel.shape, data: folded }),
    bias,
  }
}

/** A batch norm as `y = x * scale + shift`, in float64. */
function affineOf(
  weights: Weights,
  norm: string,
  epsilon: number,
): { scale: Float64Array; shift: Float64Array } {
  const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    part => toFloat32(weights.get(`${norm}.${part}`)).data,
  )
  const scale = Float64Array.from(gamma, (g, i) => g / Math.sqrt(variance[i] + epsilon))
  const shift = Float64Array.from(beta, (b, i) => b - mean[i] * scale[i])
  return { scale, shift }
}

function scaledRows(values: Float32Array, scale: Float64Array): Float32Array {
  const row = values.length / scale.length
  return values.map((value, i) => value * scale[Math.floor(i / row)])
}

function vector(values: Float64Array, shape: readonly number[]): Tensor {
  return { dtype: 'float32', shape, data: Float32Array.from(values) }
}
