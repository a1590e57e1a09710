import { broadcastShapes } from './dims.js'
import { float, type InferContext, int, type Operator, type Outcome, operator, type Shape } from './spec.js'

/** [..., m, k] times [..., k, n]; a vector stands for a row on the left and a column on the right. */
export function matMulShape(context: InferContext, second = 1): Outcome[] {
  const [a, b] = [context.shape(0), context.shape(second)]
  if (!a || !b) return [undefined]
  if (a.length === 0 || b.length === 0) context.fail('both inputs must have at least one dimension')
  const left: Shape = a.length === 1 ? [1, ...a] : a
  const right: Shape = b.length === 1 ? [...b, 1] : b
  agree(context, left[left.length - 1], right[right.length - 2], a, b)
  const batch = broadcastShapes(context, [left.slice(0, -2), right.slice(0, -2)])
  if (!batch) return [undefined]
  const rows = a.length === 1 ? [] : [left[left.length - 2]]
  const columns = b.length === 1 ? [] : [right[right.length - 1]]
  return [[...batch, ...rows, ...columns]]
}

function agree(context: InferContext, k: string | number, other: string | number, a: Shape, b: Shape): void {
  if (typeof k === 'number' && typeof other === 'number' && k !== other)
    context.fail(`inner dimensions must agree, but shapes are [${a.join(', ')}] and [${b.join(', ')}]`)
}

export const products = {
  MatMul: operator('A:N B:N', 'Y:N', {}, context => matMulShape(context)),
  /** alpha A' B' + beta C with A' [m, k], B' [k, n]. */
  Gemm: operator(
    'A:N B:N C?:N',
    'Y:N',
    { alpha: float(1), beta: float(1), transA: int(0), transB: int(0) },
    context => {
      const [a, b] = [context.shape(0), context.shape(1)]
      if (!a || !b) return [undefined]
      if (a.length !== 2 || b.length !== 2)
        context.fail(`A and B must be matrices, but are [${a.join(', ')}] and [${b.join(', ')}]`)
      const [m, k] = context.attributes.transA ? [a[1], a[0]] : a
      const [inner, n] = context.attributes.transB ? [b[1], b[0]] : b
      agree(context, k, inner, a, b)
      const c = context.shape(2)
      if (c) broadcastShapes(context, [[m, n], c])
      return [[m, n]]
    },
    { others: { broadcast: { kind: 'int', until: 7 } } },
  ),
} satisfies Record<string, Operator>
