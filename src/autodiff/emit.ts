import { ChiquitoError, type DType, int64, type Tensor, toHalf } from '../core/index.js'
import type { Dim, GraphBuilder, Value } from '../onnx/index.js'

/**
 * Shorthand for the operators that gradients, losses and optimisers are written in. Every method appends a node to
 * the builder and returns its output; a number stands for a scalar constant of the other operand's dtype.
 */
export class Emitter {
  constructor(readonly builder: GraphBuilder) {}

  add(a: Value, b: Value | number): Value {
    return b === 0 ? a : this.builder.op('Add', [a, this.operand(b, a)])
  }

  sub(a: Value, b: Value | number): Value {
    return b === 0 ? a : this.builder.op('Sub', [a, this.operand(b, a)])
  }

  /** number - value */
  subFrom(a: number, b: Value): Value {
    return this.builder.op('Sub', [this.operand(a, b), b])
  }

  mul(a: Value, b: Value | number): Value {
    return b === 1 ? a : this.builder.op('Mul', [a, this.operand(b, a)])
  }

  div(a: Value, b: Value | number): Value {
    return b === 1 ? a : this.builder.op('Div', [a, this.operand(b, a)])
  }

  pow(a: Value, b: Value | number): Value {
    return this.builder.op('Pow', [a, this.operand(b, a)])
  }

  neg(a: Value): Value {
    return this.builder.op('Neg', [a])
  }

  square(a: Value): Value {
    return this.builder.op('Mul', [a, a])
  }

  /** The sum of one or more values of one shape. */
  sumOf(values: readonly [Value, ...Value[]]): Value {
    const [first, ...rest] = values
    if (rest.length === 0) return first
    return rest.length === 1 ? this.add(first, rest[0]) : this.builder.op('Sum', values)
  }

  matMul(a: Value, b: Value): Value {
    return this.builder.op('MatMul', [a, b])
  }

  transpose(a: Value, perm: readonly number[]): Value {
    return perm.every((from, to) => from === to) ? a : this.builder.op('Transpose', [a], { perm })
  }

  reshape(a: Value, shape: readonly number[]): Value {
    return this.builder.op('Reshape', [a, this.ints(shape)])
  }

  unsqueeze(a: Value, axes: readonly number[]): Value {
    return axes.length === 0 ? a : this.builder.op('Unsqueeze', [a, this.ints(axes)])
  }

  squeeze(a: Value, axes: readonly number[]): Value {
    return axes.length === 0 ? a : this.builder.op('Squeeze', [a, this.ints(axes)])
  }

  /** Sum over the axes, which stay as 1 unless told otherwise; all axes when none are given. */
  reduceSum(a: Value, axes?: readonly number[], keepdims = true): Value {
    return this.builder.op('ReduceSum', [a, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 })
  }

  reduceMean(a: Value, axes?: readonly number[], keepdims = true): Value {
    return this.builder.op('ReduceMean', [a, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 })
  }

  /** Elements `from` up to `to` (not included) of one axis. */
  slice(a: Value, axis: number, from: number, to: number): Value {
    return this.builder.op('Slice', [a, this.ints([from]), this.ints([to]), this.ints([axis])])
  }

  concat(values: readonly Value[], axis: number): Value {
    return values.length === 1 ? values[0] : this.builder.op('Concat', values, { axis })
  }

  cast(a: Value, to: DType): Value {
    return this.dtype(a) === to ? a : this.builder.op('Cast', [a], { to })
  }

  /** 1 where the condition holds, 0 elsewhere, in the dtype of `like`. */
  indicator(condition: Value, like: Value): Value {
    return this.builder.op('Cast', [condition], { to: this.dtype(like) })
  }

  /**
   * 1 where a value is greater than 0, 0 elsewhere, in its own dtype: the mask of a ReLU. A steep HardSigmoid is one
   * threaded pass in onnxruntime, several times faster than a comparison and a Cast, but exists in float32 only.
   * It counts (0, 1e-30) as partly positive, which no float32 activation tells from 0.
   */
  positive(a: Value): Value {
    if (this.dtype(a) === 'float32') return this.builder.op('HardSigmoid', [a], { alpha: 1e30, beta: 0 })
    return this.indicator(this.builder.op('Greater', [a, this.operand(0, a)]), a)
  }

  dtype(a: Value): DType {
    return this.builder.type(a).dtype
  }

  shape(a: Value): readonly Dim[] {
    return this.builder.shape(a)
  }

  rank(a: Value): number {
    return this.builder.shape(a).length
  }

  ints(values: readonly number[]): Value {
    return this.builder.constant(int64(values))
  }

  /** An int64 scalar. */
  int(value: number): Value {
    return this.builder.constant(int64([value], []))
  }

  /** A constant in a float dtype; rank 0 unless a shape is given. */
  floats(dtype: DType, values: readonly number[], shape: readonly number[] = []): Value {
    return this.builder.constant(floatTensor(dtype, values, shape))
  }

  private operand(value: Value | number, like: Value): Value {
    return typeof value === 'number' ? this.floats(this.dtype(like), [value]) : value
  }
}

/** A tensor of a float dtype over the numbers given. Throws `model` for a dtype that is no float. */
export function floatTensor(dtype: DType, values: readonly number[], shape: readonly number[]): Tensor {
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: Float32Array.from(values) }
    case 'float64':
      return { dtype, shape, data: Float64Array.from(values) }
    case 'float16':
      return { dtype, shape, data: Uint16Array.from(values, toHalf) }
    default:
      throw new ChiquitoError(
        'model',
        `Gradients are written in float32, float64 or float16, not ${dtype}: cast the value first.`,
      )
  }
}
