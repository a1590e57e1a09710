import type { OpType, Value } from '../../onnx/index.js'
import { type Call, type Gradients, notDifferentiable } from '../rule.js'
import { elementsPer, expandLike, fromStart } from '../shapes.js'

type Reduction =
  | ('ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceL1' | 'ReduceL2')
  | ('ReduceSumSquare' | 'ReduceLogSum' | 'ReduceLogSumExp' | 'ReduceProd')

const position = 'it gives a position, a whole number.'

export const reductions: Gradients<Reduction | 'CumSum' | 'ArgMax' | 'ArgMin' | 'Hardmax'> = {
  ReduceSum: [call => expandLike(call.e, kept(call, call.dy()), call.x(0)), null],
  ReduceMean: [mean, null],
  ReduceMax: [extreme, null],
  ReduceMin: [extreme, null],
  ReduceL1: [call => call.e.mul(kept(call, call.dy()), call.e.builder.op('Sign', [call.x(0)])), null],
  // d sqrt(sum x^2) = x / y
  ReduceL2: [call => call.e.mul(call.x(0), kept(call, call.e.div(call.dy(), call.y()))), null],
  ReduceSumSquare: [call => call.e.mul(call.x(0), kept(call, call.e.mul(call.dy(), 2))), null],
  // d log(sum x) = 1 / exp(y)
  ReduceLogSum: [
    call => {
      const { e } = call
      const slope = e.div(call.dy(), e.builder.op('Exp', [call.y()]))
      return expandLike(e, kept(call, slope), call.x(0))
    },
    null,
  ],
  // exp(x - y): the softmax
  ReduceLogSumExp: [
    call => {
      const { e } = call
      const softmax = e.builder.op('Exp', [e.sub(call.x(0), kept(call, call.y()))])
      return e.mul(softmax, kept(call, call.dy()))
    },
    null,
  ],
  // y / x, which asks for factors that are not 0.
  ReduceProd: [call => call.e.div(kept(call, call.e.mul(call.dy(), call.y())), call.x(0)), null],
  // Each element reaches every later sum: sum the gradients from the other end.
  CumSum: [
    ({ e, dy, x, attributes }) =>
      e.builder.op('CumSum', [dy(), x(1)], { ...attributes, reverse: attributes.reverse ? 0 : 1 }),
    null,
  ],
  ArgMax: notDifferentiable(position),
  ArgMin: notDifferentiable(position),
  Hardmax: notDifferentiable('it is a step function.'),
}

type ReductionCall = Pick<Call<OpType>, 'e' | 'x' | 'ints' | 'refuse'> & Pick<Call<Reduction>, 'attributes'>

/** A reduced value with the reduced axes put back as 1, so that it broadcasts against the input; a scalar does. */
function kept(call: ReductionCall, reduced: Value): Value {
  if (call.attributes.keepdims || call.e.rank(reduced) === 0) return reduced
  const rank = call.e.rank(call.x(0))
  const axes = reducedAxes(call, rank)
  return call.e.unsqueeze(reduced, axes)
}

function reducedAxes(call: ReductionCall, rank: number): readonly number[] {
  const axes = call.ints(1) ?? []
  if (axes.length > 0) return axes.map(axis => fromStart(axis, rank)).sort((a, b) => a - b)
  return call.attributes.noop_with_empty_axes ? [] : Array.from({ length: rank }, (_, axis) => axis)
}

function mean(call: Call<'ReduceMean'>): Value {
  const { e, x } = call
  const grad = kept(call, call.dy())
  return expandLike(e, e.div(grad, elementsPer(e, x(0), kept(call, call.y()))), x(0))
}

/** The gradient goes to the extreme element; elements that tie share it (as in PyTorch's amax). */
function extreme(call: Call<'ReduceMax' | 'ReduceMin'>): Value {
  const { e, x } = call
  const rank = e.rank(x(0))
  const mask = e.indicator(e.builder.op('Equal', [x(0), kept(call, call.y())]), x(0))
  const axes = reducedAxes(call, rank)
  if (axes.length === 0) return call.dy()
  return e.mul(mask, e.div(kept(call, call.dy()), e.reduceSum(mask, axes)))
}
