import { argumentError, type Tensor, zeros } from '../core/index.js'
import type { Graph, GraphBuilder, Value } from '../onnx/index.js'
import { accumulate } from './accumulate.js'
import { differentiate } from './differentiate.js'
import { Emitter } from './emit.js'
import { clipByGlobalNorm, type Optimizer } from './optimizers.js'

export interface TrainingStepOptions {
  /** A scalar of the builder; it becomes the output `loss`. */
  readonly loss: Value
  /** Each trained input with the learning-rate input (a scalar) of its layer group. */
  readonly parameters: ReadonlyMap<Value, Value>
  /** One optimiser for all parameters, or one for each: such as without weight decay for biases. */
  readonly optimizer: Optimizer | ((parameter: Value) => Optimizer)
  /** Inputs that are carried from step to step without a gradient, each with its next value: running statistics. */
  readonly carried?: ReadonlyMap<Value, Value> | undefined
  /** Upper limit for the joint norm of all gradients; the norm before is then the output `gradNorm`. */
  readonly maxNorm?: number | undefined
  /** Steps whose gradients are averaged before the optimiser moves: 1 by default. */
  readonly accumulate?: number | undefined
  /**
   * Keeps an exponential moving average of every parameter, `decay * average + (1 - decay) * parameter` after each
   * step of the optimiser: from 0 up to 1, not included. None by default.
   */
  readonly averageDecay?: number | undefined
}

export interface TrainingStep {
  /**
   * Inputs: those of the builder, `step` (a scalar, the number of the step counted from 1, there whether or not the
   * optimiser reads it), the optimiser's slots as `<parameter>.<slot>`, and where asked for `<parameter>.sum` of
   * accumulated gradients and `<parameter>.ema` of averaged weights. Outputs: those marked before, `loss`, and
   * `next.<input>` for every parameter, slot and carried input.
   */
  readonly graph: Graph
  /** What the optimiser and the sums of gradients start with, by input name. */
  readonly slots: ReadonlyMap<Value, Tensor<'float32'>>
  /** Each parameter's input for its moving average, where there is one: it starts as the parameter does. */
  readonly averages: ReadonlyMap<Value, Value>
  /** The inputs that `next.<input>` replaces after a step: parameters and their slots, then what is carried. */
  readonly state: readonly Value[]
}

/** The output that holds an input's value after the step. */
export function nextName(input: Value): Value {
  return `next.${input}`
}

/**
 * Appends gradients and optimiser updates to a builder that holds a loss, and builds the graph of one training step.
 * Nothing in it is random: masks and the like are inputs.
 * Throws `usage` where a trained or carried value is not a float32 input of fixed shape, `model` where something
 * cannot be differentiated.
 */
export function trainingStep(builder: GraphBuilder, options: TrainingStepOptions): TrainingStep {
  const { loss, parameters, optimizer, carried = new Map<Value, Value>() } = options
  const names = [...parameters.keys()]
  for (const name of [...names, ...carried.keys()]) refuseUnlessState(builder, name)
  const step = builder.input('step', 'float32', [])
  const raw = differentiate(builder, loss, names)
  const round = accumulate(builder, raw, step, options.accumulate ?? 1)
  const grads = clipped(builder, round.means, options.maxNorm)
  const slots = new Map<Value, Tensor<'float32'>>()
  const next = new Map<Value, Value>()
  for (const [i, parameter] of names.entries()) {
    const { slots: initial, update } = typeof optimizer === 'function' ? optimizer(parameter) : optimizer
    const state = Object.entries(initial(builder.staticShape(parameter)))
    for (const [slot, tensor] of state) slots.set(`${parameter}.${slot}`, tensor)
    const inputs = state.map(([slot, { shape }]) => [
      slot,
      builder.input(`${parameter}.${slot}`, 'float32', shape),
    ])
    const rate = parameters.get(parameter) ?? ''
    const updated = update(builder, {
      parameter,
      grad: grads[i],
      rate,
      slots: Object.fromEntries(inputs),
      step: round.step,
    })
    next.set(parameter, round.choose(updated.parameter, parameter))
    for (const [slot, value] of Object.entries(updated.slots))
      next.set(`${parameter}.${slot}`, round.choose(value, `${parameter}.${slot}`))
  }
  for (const [sum, value] of round.sums) {
    slots.set(sum, zeros(builder.staticShape(sum)))
    next.set(sum, value)
  }
  const averages = averaged(builder, names, next, round.choose, options.averageDecay)
  for (const [input, value] of carried) next.set(input, value)
  builder.output(loss, 'loss')
  for (const [input, value] of next) builder.output(value, nextName(input))
  return { graph: builder.build(), slots, averages, state: [...next.keys()] }
}

/** Adds the moving averages to what is carried on; each parameter's input for it. */
function averaged(
  builder: GraphBuilder,
  names: readonly Value[],
  next: Map<Value, Value>,
  choose: (fresh: Value, old: Value) => Value,
  decay: number | undefined,
): Map<Value, Value> {
  const averages = new Map<Value, Value>()
  if (decay === undefined) return averages
  if (!(decay >= 0 && decay < 1)) throw argumentError('averageDecay', 'from 0 up to, not including, 1', decay)
  const e = new Emitter(builder)
  for (const parameter of names) {
    const before = builder.input(`${parameter}.ema`, 'float32', builder.staticShape(parameter))
    const fresh = e.add(e.mul(before, decay), e.mul(next.get(parameter) ?? parameter, 1 - decay))
    averages.set(parameter, before)
    next.set(before, choose(fresh, before))
  }
  return averages
}

function clipped(
  builder: GraphBuilder,
  grads: readonly Value[],
  maxNorm: number | undefined,
): readonly Value[] {
  const [first, ...rest] = grads
  if (maxNorm === undefined || first === undefined) return grads
  const { grads: values, norm } = clipByGlobalNorm(builder, [first, ...rest], maxNorm)
  builder.output(norm, 'gradNorm')
  return values
}

function refuseUnlessState(builder: GraphBuilder, name: Value): void {
  const { dtype } = builder.type(name)
  builder.staticShape(name)
  if (builder.producerOf(name) || builder.initializerOf(name) || dtype !== 'float32')
    throw argumentError(
      name,
      'a float32 input of the graph, to be trained or carried from step to step',
      dtype,
    )
}
