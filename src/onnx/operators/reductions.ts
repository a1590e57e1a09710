import { axisOf } from './dims.js'
import {
  type InferContext,
  int,
  type Known,
  type Operator,
  type Outcome,
  operator,
  type Shape,
} from './spec.js'

/** Axes from the second input, or, in older operator sets, from the attribute; undefined when not known yet. */
export function axesOf(context: InferContext, input = 1): readonly number[] | 'absent' | undefined {
  const legacy = context.legacyInts('axes')
  if (legacy) return legacy
  if (!context.has(input)) return 'absent'
  return wholeNumbers(context.known(input))
}

/** The elements, when each of them is a known number. */
export function wholeNumbers(known: Known | undefined): readonly number[] | undefined {
  return known?.elements.every(element => typeof element === 'number') ? known.elements : undefined
}

function reduced(context: InferContext, keep: boolean, noopWhenEmpty: boolean): Shape | undefined {
  const x = context.shape(0)
  const given = axesOf(context)
  if (!x) return undefined
  if (given === undefined) return keep ? x.map((_, axis) => context.unknown(axis)) : undefined
  const empty = given === 'absent' || given.length === 0
  if (empty && noopWhenEmpty) return x
  const axes = new Set(empty ? x.keys() : given.map(axis => axisOf(context, axis, x.length)))
  return keep ? x.map((dim, axis) => (axes.has(axis) ? 1 : dim)) : x.filter((_, axis) => !axes.has(axis))
}

/** Reduces over `axes` (all when none are given); they became an input in operator set 13 or 18. */
const reduce = (type: 'N' | 'T', until: number) =>
  operator(
    `data:${type} axes@${until}?:int64`,
    `reduced:${type}`,
    { keepdims: int(1), noop_with_empty_axes: int(0) },
    context => [
      reduced(context, context.attributes.keepdims !== 0, context.attributes.noop_with_empty_axes !== 0),
    ],
    { others: { axes: { kind: 'ints', until } } },
  )

const arg = operator(
  'data:N',
  'reduced:int64',
  { axis: int(0), keepdims: int(1), select_last_index: int(0) },
  context => {
    const x = context.shape(0)
    if (!x) return [undefined]
    const axis = axisOf(context, context.attributes.axis, x.length)
    return [context.attributes.keepdims ? x.with(axis, 1) : x.toSpliced(axis, 1)]
  },
)

/** Along `axis`; before operator set 13 the default was 1, and the input was flattened to a matrix there. */
function alongAxis(context: InferContext): Outcome[] {
  return [context.shape(0)]
}

export const reductions = {
  ReduceSum: reduce('N', 13),
  ReduceMean: reduce('N', 18),
  ReduceMax: reduce('T', 18),
  ReduceMin: reduce('T', 18),
  ReduceProd: reduce('N', 18),
  ReduceL1: reduce('N', 18),
  ReduceL2: reduce('N', 18),
  ReduceSumSquare: reduce('N', 18),
  ReduceLogSum: reduce('N', 18),
  ReduceLogSumExp: reduce('N', 18),
  ArgMax: arg,
  ArgMin: arg,
  Softmax: operator('input:F', 'output:F', { axis: int(-1) }, alongAxis),
  LogSoftmax: operator('input:F', 'output:F', { axis: int(-1) }, alongAxis),
  Hardmax: operator('input:F', 'output:F', { axis: int(-1) }, alongAxis),
  CumSum: operator('x:N axis:I', 'y:N', { exclusive: int(0), reverse: int(0) }, alongAxis),
} satisfies Record<string, Operator>
