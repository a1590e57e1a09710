import type { Value } from '../../onnx/index.js'
import type { Emitter } from '../emit.js'
import type { Call, Gradients } from '../rule.js'

/** Y = alpha A' B' + beta C, where ' may transpose; each gradient is again one Gemm. */
export const products: Gradients<'Gemm' | 'MatMul'> = {
  Gemm: [
    call => {
      const { transA, transB, alpha } = call.attributes
      // dA = alpha dY B'^T, or its transpose.
      return transA
        ? gemm(call, call.x(1), call.dy(), transB, 1, alpha)
        : gemm(call, call.dy(), call.x(1), 0, flip(transB), alpha)
    },
    call => {
      const { transA, transB, alpha } = call.attributes
      // dB = alpha A'^T dY, or its transpose.
      return transB
        ? gemm(call, call.dy(), call.x(0), 1, transA, alpha)
        : gemm(call, call.x(0), call.dy(), flip(transA), 0, alpha)
    },
    ({ e, dy, attributes }) => e.mul(dy(), attributes.beta),
  ],
  MatMul: [matMulLeft, matMulRight],
}

/** dA = dY B^T; a vector stands for a row on the left and a column on the right. */
function matMulLeft({ e, dy, x }: Call<'MatMul'>): Value {
  const [left, right] = [e.rank(x(0)) === 1, e.rank(x(1)) === 1]
  const grad = timesTransposed(e, rowsOf(e, dy(), left, right), right ? e.unsqueeze(x(1), [1]) : x(1))
  return left ? e.squeeze(grad, [-2]) : grad
}

/** dB = A^T dY; where one B serves many A, their rows are stacked into one product. */
function matMulRight({ e, dy, x }: Call<'MatMul'>): Value {
  const [left, right] = [e.rank(x(0)) === 1, e.rank(x(1)) === 1]
  const a = left ? e.unsqueeze(x(0), [0]) : x(0)
  const rows = rowsOf(e, dy(), left, right)
  if (e.rank(x(1)) > 2) return e.matMul(e.transpose(a, swapLast(e.rank(a))), rows)
  const grad = e.builder.op('Gemm', [stacked(e, a), stacked(e, rows)], { transA: 1 })
  return right ? e.squeeze(grad, [1]) : grad
}

/** The gradient of the output with the dimensions that a vector operand took away put back. */
function rowsOf(e: Emitter, dy: Value, left: boolean, right: boolean): Value {
  const rank = e.rank(dy)
  if (left && right) return e.unsqueeze(dy, [0, 1])
  if (left) return e.unsqueeze(dy, [rank - 1])
  return right ? e.unsqueeze(dy, [rank]) : dy
}

function timesTransposed(e: Emitter, a: Value, b: Value): Value {
  if (e.rank(a) === 2 && e.rank(b) === 2) return e.builder.op('Gemm', [a, b], { transB: 1 })
  return e.matMul(a, e.transpose(b, swapLast(e.rank(b))))
}

/** [..., rows, n] as [all rows, n] */
function stacked(e: Emitter, a: Value): Value {
  const shape = e.shape(a)
  const width = shape[shape.length - 1]
  if (shape.length === 2) return a
  if (typeof width === 'number') return e.reshape(a, [-1, width])
  return e.builder.op('Flatten', [a], { axis: shape.length - 1 })
}

function swapLast(rank: number): number[] {
  const perm = Array.from({ length: rank }, (_, axis) => axis)
  return [...perm.slice(0, -2), rank - 1, rank - 2]
}

function gemm(call: Call<'Gemm'>, a: Value, b: Value, transA: number, transB: number, alpha: number): Value {
  return call.e.builder.op('Gemm', [a, b], { transA: transA ? 1 : 0, transB: transB ? 1 : 0, alpha })
}

function flip(flag: number): number {
  return flag ? 0 : 1
}
