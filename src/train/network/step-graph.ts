import {
  type BatchNormChoice,
  crossEntropy,
  type TrainingStep,
  trainBatchNorm,
  trainingStep,
} from '../../autodiff/index.js'
import type { LayerGroup } from '../../backbones/index.js'
import { asFloat32, int64, type Tensor } from '../../core/index.js'
import { foldBatchNorm, type Graph, GraphBuilder, type Value, type ValueType } from '../../onnx/index.js'
import type { Head } from '../heads/index.js'
import { type Noise, optimizerFor, type StepSettings } from '../steps/index.js'
import { appendBody, type BodyOptions, bodyOf } from './body.js'
import { headName } from './groups.js'

/** A network and what is to learn of it. */
export interface NetworkStepOptions extends StepSettings, BodyOptions {
  readonly head: Head
  /** The groups that learn. Whatever is in none stays as it is, bit by bit. */
  readonly groups: readonly LayerGroup[]
  /** That of the groups that learn by default. */
  readonly batchNorm?: TrainedNorms | undefined
}

/**
 * Which batch norms of the trunk normalise by the batch and carry their running statistics on: those of the groups that
 * learn (as fastai does), all of them, or none. The others stay in evaluation mode.
 */
export type TrainedNorms = 'learning' | 'all' | 'none'

export interface NetworkStep {
  /**
   * Inputs beside the state: `pixels` uint8 [batch, size, size, 3] (or `kept` float32 [batch, width], where the network
   * is cut), `targets` float32 [batch, classes], a scalar `rate.<group>` for each group that learns, and the head's noise.
   */
  readonly step: TrainingStep
  readonly noise: readonly Noise[]
  /** The trunk's weights that learn and its running statistics that are carried on, as they are now. */
  readonly trunk: ReadonlyMap<string, Tensor<'float32'>>
}

/**
 * The graph of one training step over a whole network: bytes, preprocessing, trunk, pooling, head, cross-entropy,
 * gradients, update. Batch norm in evaluation mode is folded into the layers before it; weights that do not learn are
 * constants.
 */
export function networkStep(options: NetworkStepOptions): NetworkStep {
  const { backbone, head, batchSize, groups } = options
  const plain = bodyOf(options)
  const learning = groups.map(({ name, parameters }) => ({
    name: rateName(name),
    parameters: parameters.filter(parameter => plain.initializers.has(parameter)),
  }))
  const { graph, carried } = trainBatchNorm(plain, normsOf(options, learning))
  const names = new Set([...learning.flatMap(({ parameters }) => parameters), ...carried.keys()])
  const trunk = new Map(
    Array.from(names, name => [name, asFloat32(plain.initializers.get(name), name)] as const),
  )

  const builder = new GraphBuilder(`${backbone.name}-step`)
  const targets = builder.input('targets', 'float32', [batchSize, head.classes])
  for (const { name } of learning) builder.input(name, 'float32', [])
  const bindings = new Map(
    Array.from(trunk, ([name, { shape }]): [Value, Value] => {
      const input = builder.input(name, 'float32', stateShape(shape))
      const fits = builder.staticShape(input).length === shape.length
      return [name, fits ? input : builder.op('Reshape', [input, builder.constant(int64(shape))])]
    }),
  )
  const body = foldBatchNorm(withInputs(graph, names))
  const { features, outputs: maps } = appendBody(builder, body, bindings, options)
  const noise = head.noise(batchSize).map(({ name, shape }) => ({ name: headName(name), shape }))
  const tensors = [...head.parameters, ...head.statistics].map(({ name, shape }) => ({
    name: headName(name),
    shape,
  }))
  for (const { name, shape } of [...noise, ...tensors]) builder.input(name, 'float32', shape)
  const { logits, statistics } = head.train(builder, features, headName)

  const own = new Set(head.parameters.map(({ name }) => headName(name)))
  const parameters = new Map<Value, Value>()
  for (const [g, { name, parameters: inTrunk }] of learning.entries())
    for (const parameter of [...inTrunk, ...groups[g].parameters.filter(one => own.has(one))])
      parameters.set(parameter, name)
  const { labelSmoothing, classWeights, clip: maxNorm, accumulate, averageDecay } = options
  const step = trainingStep(builder, {
    loss: crossEntropy(builder, logits, targets, { labelSmoothing, classWeights }),
    parameters,
    optimizer: name => optimizerFor(options, builder.staticShape(name)),
    carried: new Map([
      ...Array.from(carried, ([name, after]): [Value, Value] => [name, maps.get(after) ?? after]),
      ...Array.from(statistics, ([name, value]): [Value, Value] => [headName(name), value]),
    ]),
    maxNorm,
    accumulate,
    averageDecay,
  })
  return { step, noise, trunk }
}

function normsOf(
  { batchNorm = 'learning' }: NetworkStepOptions,
  learning: readonly LayerGroup[],
): BatchNormChoice {
  if (batchNorm === 'all') return () => true
  return batchNorm === 'none' ? [] : learning.flatMap(({ parameters }) => parameters)
}

/**
 * The shape in which a weight is carried from step to step: without the last dimensions of a 1x1 filter. The runtime goes
 * through [1280, 320, 1, 1] times a number element by element, and copies what is reshaped for an output.
 */
export function stateShape(shape: readonly number[]): number[] {
  const last = shape.findLastIndex(dim => dim !== 1)
  return shape.slice(0, Math.max(last + 1, Math.min(2, shape.length)))
}

/** The input that holds a group's learning rate. */
export function rateName(group: string): Value {
  return `rate.${group}`
}

/** The graph with some of its weights as inputs. */
export function withInputs(graph: Graph, names: ReadonlySet<Value>): Graph {
  const inputs = new Map<Value, ValueType>(graph.inputs)
  const initializers = new Map(graph.initializers)
  for (const name of names) {
    const tensor = initializers.get(name)
    if (!tensor) continue
    inputs.set(name, { dtype: tensor.dtype, shape: tensor.shape })
    initializers.delete(name)
  }
  return { ...graph, inputs, initializers }
}
