import { argumentError, type Tensor, zeros } from '../core/index.js'
import type { GraphBuilder, Value } from '../onnx/index.js'
import { Emitter } from './emit.js'

/** One parameter's update, as values of the graph. */
export interface Update {
  /** The parameter before the step. */
  readonly parameter: Value
  /** Its gradient, in the same shape. */
  readonly grad: Value
  /** The learning rate, a scalar. */
  readonly rate: Value
  /** The optimiser's state for this parameter before the step, by slot name. */
  readonly slots: Readonly<Record<string, Value>>
  /** The number of this step, counted from 1: a scalar. */
  readonly step: Value
}

/** What a step leaves: the parameter and the state. */
export interface Updated {
  readonly parameter: Value
  readonly slots: Readonly<Record<string, Value>>
}

/** An optimiser is a pure pair: the state a parameter starts with, and one step as graph nodes. */
export interface Optimizer {
  readonly name: string
  /** The initial state for a parameter of this shape, by slot name. */
  slots(shape: readonly number[]): Readonly<Record<string, Tensor<'float32'>>>
  update(builder: GraphBuilder, update: Update): Updated
  /** The same optimiser with another weight decay: 0 for biases, say. */
  withDecay(weightDecay: number): Optimizer
}

export interface SgdOptions {
  /** Share of the last step's direction that is kept: 0 (default) up to 1, not included. */
  readonly momentum?: number | undefined
  /** Looks ahead along the momentum (Sutskever et al. 2013). */
  readonly nesterov?: boolean | undefined
  /** Adds this multiple of the parameter to its gradient: an L2 penalty. */
  readonly weightDecay?: number | undefined
}

/** Stochastic gradient descent as PyTorch defines it: v = momentum v + g, p = p - rate v. */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { momentum = 0, nesterov = false, weightDecay = 0 } = options
  checkShare('momentum', momentum)
  checkNotNegative('weightDecay', weightDecay)
  if (nesterov && momentum === 0) throw argumentError('momentum', 'greater than 0 with nesterov', momentum)
  return {
    name: 'sgd',
    withDecay: weightDecay => sgd({ ...options, weightDecay }),
    slots: shape => (momentum === 0 ? {} : { velocity: zeros(shape) }),
    update(builder, { parameter, grad, rate, slots }) {
      const e = new Emitter(builder)
      const decayed = weightDecay === 0 ? grad : e.add(grad, e.mul(parameter, weightDecay))
      if (momentum === 0) return { parameter: e.sub(parameter, e.mul(decayed, rate)), slots: {} }
      const velocity = e.add(e.mul(slots.velocity, momentum), decayed)
      const direction = nesterov ? e.add(decayed, e.mul(velocity, momentum)) : velocity
      return { parameter: e.sub(parameter, e.mul(direction, rate)), slots: { velocity } }
    },
  }
}

export interface AdamWOptions {
  /** Decay of the average gradient; 0.9. */
  readonly beta1?: number | undefined
  /** Decay of the average squared gradient; 0.999. */
  readonly beta2?: number | undefined
  /** Added to the root of the average square; 1e-8. */
  readonly epsilon?: number | undefined
  /** Shrinks the parameter by this times the rate, apart from the gradient; 0.01. */
  readonly weightDecay?: number | undefined
}

/**
 * AdamW (Kingma and Ba 2015; Loshchilov and Hutter 2019), as in PyTorch. The slots are sums, `average` of gradients and
 * `square` of their squares, each decayed by its beta: the paper's averages divided by 1 - beta. What is left of both, and
 * of the corrections, is in two numbers for all elements; so a parameter is passed over as seldom as can be.
 */
export function adamw(options: AdamWOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options
  checkShare('beta1', beta1)
  checkShare('beta2', beta2)
  checkNotNegative('epsilon', epsilon)
  checkNotNegative('weightDecay', weightDecay)
  return {
    name: 'adamw',
    withDecay: weightDecay => adamw({ ...options, weightDecay }),
    slots: shape => ({ average: zeros(shape), square: zeros(shape) }),
    update(builder, { parameter, grad, rate, slots, step }) {
      const e = new Emitter(builder)
      const average = e.add(e.mul(slots.average, beta1), grad)
      const square = e.add(e.mul(slots.square, beta2), e.square(grad))
      const [first, second] = [beta1, beta2].map(beta => e.div(biasCorrection(e, beta, step), 1 - beta))
      // rate * (average / first) / (sqrt(square / second) + epsilon)
      const root = builder.op('Sqrt', [second])
      const pace = e.div(e.mul(rate, root), first)
      const scale = e.add(builder.op('Sqrt', [square]), e.mul(root, epsilon))
      const move = e.mul(e.div(average, scale), pace)
      const shrunk = weightDecay === 0 ? parameter : e.mul(parameter, e.subFrom(1, e.mul(rate, weightDecay)))
      return { parameter: e.sub(shrunk, move), slots: { average, square } }
    },
  }
}

/**
 * 1 - beta^step. For beta near 1 the difference would lose its digits in float32, so it is written as
 * -expm1(x) = -2 t / (1 - t) with t = tanh(x / 2), x = step log(beta).
 */
function biasCorrection(e: Emitter, beta: number, step: Value): Value {
  if (beta === 0) return e.floats(e.dtype(step), [1])
  const t = e.builder.op('Tanh', [e.mul(step, Math.log(beta) / 2)])
  return e.div(e.mul(t, -2), e.subFrom(1, t))
}

/**
 * Scales all gradients by one factor so that their joint Euclidean norm is at most `maxNorm`, as PyTorch's
 * clip_grad_norm_ does (Pascanu et al. 2013). Returns them in order, and the norm before as a scalar.
 */
export function clipByGlobalNorm(
  builder: GraphBuilder,
  grads: readonly [Value, ...Value[]],
  maxNorm: number,
): { grads: Value[]; norm: Value } {
  if (!(maxNorm > 0)) throw argumentError('maxNorm', 'greater than 0', maxNorm)
  const e = new Emitter(builder)
  const squares = grads.map(grad => builder.op('ReduceSumSquare', [grad], { keepdims: 0 }))
  const [first, ...rest] = squares
  const norm = builder.op('Sqrt', [e.sumOf([first, ...rest])])
  // PyTorch's guard against a norm of zero.
  const ratio = e.div(e.floats(e.dtype(norm), [maxNorm]), e.add(norm, 1e-6))
  const factor = builder.op('Min', [ratio, e.floats(e.dtype(norm), [1])])
  return { grads: grads.map(grad => e.mul(grad, factor)), norm }
}

function checkShare(name: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw argumentError(name, 'from 0 up to, not including, 1', value)
}

function checkNotNegative(name: string, value: number): void {
  if (!(value >= 0 && Number.isFinite(value))) throw argumentError(name, '0 or more', value)
}
