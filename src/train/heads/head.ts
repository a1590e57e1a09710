import { batchNorm, dropout } from '../../autodiff/index.js'
import { float32, type RandomStream, type Tensor, zeros } from '../../core/index.js'
import type { GraphBuilder, Value } from '../../onnx/index.js'
import type { Noise } from '../steps/index.js'

type Init = (random: RandomStream) => Tensor<'float32'>

/** A tensor that the head owns: trained (a weight) or carried along (a running statistic). */
export interface HeadTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly init: Init
}

/** Looks up the graph value of one of the head's tensors by its name. */
export type Lookup = (name: string) => Value

/** What stands between the trunk's features [batch, features] and the logits [batch, classes]. */
export interface Head {
  readonly name: string
  readonly features: number
  readonly classes: number
  readonly parameters: readonly HeadTensor[]
  readonly statistics: readonly HeadTensor[]
  /** Noise for a training step over `batch` rows. */
  noise(batch: number): readonly Noise[]
  /** Appends the training form: logits, and the next value of each running statistic. */
  train(
    builder: GraphBuilder,
    features: Value,
    value: Lookup,
  ): { logits: Value; statistics: ReadonlyMap<string, Value> }
  /** Appends the form used for predictions. */
  infer(builder: GraphBuilder, features: Value, value: Lookup): Value
}

const hidden = 512
const epsilon = 1e-5

/**
 * fastai 0.7's head: batch norm, dropout 0.25, linear to 512, ReLU, batch norm, dropout 0.5, linear to the classes.
 * Linear weights start Kaiming normal (He et al. 2015), biases at zero.
 */
export function fastaiHead(features: number, classes: number): Head {
  const norms = [
    { name: 'norm1', width: features },
    { name: 'norm2', width: hidden },
  ]
  return {
    name: 'fastai',
    features,
    classes,
    parameters: [
      ...norms.flatMap(({ name, width }) => [ones(`${name}.weight`, width), zero(`${name}.bias`, [width])]),
      kaiming('linear1.weight', hidden, features),
      zero('linear1.bias', [hidden]),
      kaiming('linear2.weight', classes, hidden),
      zero('linear2.bias', [classes]),
    ],
    statistics: norms.flatMap(({ name, width }) => [
      zero(`${name}.mean`, [width]),
      ones(`${name}.variance`, width),
    ]),
    noise: batch => [
      { name: 'dropout1', shape: [batch, features] },
      { name: 'dropout2', shape: [batch, hidden] },
    ],
    train(builder, x, value) {
      const statistics = new Map<string, Value>()
      const norm = (name: string, input: Value) => {
        const result = batchNorm(builder, {
          x: input,
          scale: value(`${name}.weight`),
          bias: value(`${name}.bias`),
          mean: value(`${name}.mean`),
          variance: value(`${name}.variance`),
          epsilon,
        })
        statistics.set(`${name}.mean`, result.mean)
        statistics.set(`${name}.variance`, result.variance)
        return result.y
      }
      const first = dropout(builder, norm('norm1', x), value('dropout1'), 0.25)
      const inner = builder.op('Relu', [linear(builder, first, value, 'linear1')])
      const second = dropout(builder, norm('norm2', inner), value('dropout2'), 0.5)
      return { logits: linear(builder, second, value, 'linear2'), statistics }
    },
    infer(builder, x, value) {
      const norm = (name: string, input: Value) =>
        builder.op(
          'BatchNormalization',
          [input, ...['weight', 'bias', 'mean', 'variance'].map(part => value(`${name}.${part}`))],
          { epsilon },
        )
      const inner = builder.op('Relu', [linear(builder, norm('norm1', x), value, 'linear1')])
      return linear(builder, norm('norm2', inner), value, 'linear2')
    },
  }
}

export interface LinearHeadOptions {
  /** Share of the features that a training step leaves out: 0 (the default) up to 1, not included. */
  readonly dropout?: number | undefined
}

/** One linear layer, starting at zero: multinomial logistic regression. */
export function linearHead(
  features: number,
  classes: number,
  { dropout: share = 0 }: LinearHeadOptions = {},
): Head {
  return {
    name: 'linear',
    features,
    classes,
    parameters: [zero('linear.weight', [classes, features]), zero('linear.bias', [classes])],
    statistics: [],
    noise: batch => (share === 0 ? [] : [{ name: 'dropout', shape: [batch, features] }]),
    train(builder, x, value) {
      const kept = share === 0 ? x : dropout(builder, x, value('dropout'), share)
      return { logits: linear(builder, kept, value, 'linear'), statistics: new Map() }
    },
    infer: (builder, x, value) => linear(builder, x, value, 'linear'),
  }
}

function linear(builder: GraphBuilder, x: Value, value: Lookup, name: string): Value {
  return builder.op('Gemm', [x, value(`${name}.weight`), value(`${name}.bias`)], { transB: 1 })
}

function zero(name: string, shape: readonly number[]): HeadTensor {
  return { name, shape, init: () => zeros(shape) }
}

function ones(name: string, width: number): HeadTensor {
  return { name, shape: [width], init: () => float32(new Float32Array(width).fill(1)) }
}

/** Normal with deviation sqrt(2 / inputs), weights [outputs, inputs]. */
function kaiming(name: string, outputs: number, inputs: number): HeadTensor {
  const deviation = Math.sqrt(2 / inputs)
  return {
    name,
    shape: [outputs, inputs],
    init: random =>
      float32(
        Float32Array.from({ length: outputs * inputs }, () => random.normal() * deviation),
        [outputs, inputs],
      ),
  }
}
