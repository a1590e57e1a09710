import { argumentError, type Tensor } from '../core/index.js'
import type { Graph, GraphBuilder, Value } from '../onnx/index.js'
import { differentiate } from './differentiate.js'
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
}

export interface TrainingStep {
  /**
   * Inputs: those of the builder, `step` (a scalar, the number of the step counted from 1, there whether or not the
   * optimiser reads it), and the optimiser's slots as `<parameter>.<slot>`. Outputs: those marked before, `loss`, and
   * `next.<input>` for every parameter, slot and carried input.
   */
  readonly graph: Graph
  /** What the optimiser starts with, by input name. */
  readonly slots: ReadonlyMap<Value, Tensor<'float32'>>
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
  const grads = clipped(builder, differentiate(builder, loss, names), options.maxNorm)
  const step = builder.input('step', 'float32', [])
  const slots = new Map<Value, Tensor<'float32'>>()
  const next = new Map<Value, Value>()
  for (const [parameter, grad] of grads) {
    const { slots: initial, update } = typeof optimizer === 'function' ? optimizer(parameter) : optimizer
    const state = Object.entries(initial(builder.staticShape(parameter)))
    for (const [slot, tensor] of state) slots.set(`${parameter}.${slot}`, tensor)
    const inputs = state.map(([slot, { shape }]) => [
      slot,
      builder.input(`${parameter}.${slot}`, 'float32', shape),
    ])
    const rate = parameters.get(parameter) ?? ''
    const updated = update(builder, { parameter, grad, rate, slots: Object.fromEntries(inputs), step })
    next.set(parameter, updated.parameter)
    for (const [slot, value] of Object.entries(updated.slots)) next.set(`${parameter}.${slot}`, value)
  }
  for (const [input, value] of carried) next.set(input, value)
  builder.output(loss, 'loss')
  for (const [input, value] of next) builder.output(value, nextName(input))
  return { graph: builder.build(), slots, state: [...next.keys()] }
}

function clipped(
  builder: GraphBuilder,
  grads: ReadonlyMap<Value, Value>,
  maxNorm: number | undefined,
): ReadonlyMap<Value, Value> {
  const [first, ...rest] = grads.values()
  if (maxNorm === undefined || first === undefined) return grads
  const { grads: values, norm } = clipByGlobalNorm(builder, [first, ...rest], maxNorm)
  builder.output(norm, 'gradNorm')
  return new Map(Array.from(grads.keys(), (parameter, i) => [parameter, values[i]]))
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
