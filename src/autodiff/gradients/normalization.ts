import type { Value } from '../../onnx/index.js'
import type { Emitter } from '../emit.js'
import { type Call, type Gradients, oncePerNode } from '../rule.js'
import { fromStart, reshapeLike } from '../shapes.js'

type Operators =
  | ('BatchNormalization' | 'LayerNormalization' | 'InstanceNormalization' | 'GroupNormalization')
  | ('LpNormalization' | 'MeanVarianceNormalization' | 'chiquito:BatchNormTrain')

export const normalization: Gradients<Operators> = {
  // In evaluation mode y = scale (x - mean) / sigma + bias per channel, with sigma = sqrt(var + epsilon).
  BatchNormalization: [
    call => {
      const { scale, perChannel } = batchNorm(call)
      return call.e.mul(call.dy(), perChannel(scale))
    },
    call => {
      const { inverse, centredSum } = batchNorm(call)
      return call.e.mul(centredSum(), inverse)
    },
    call => batchNorm(call).total(call.dy()),
    call => {
      const { scale, total } = batchNorm(call)
      return call.e.neg(call.e.mul(total(call.dy()), scale))
    },
    call => {
      const { e } = call
      const { scale, inverse, centredSum } = batchNorm(call)
      return e.mul(e.mul(centredSum(), e.mul(e.square(inverse), scale)), -0.5)
    },
  ],
  'chiquito:BatchNormTrain': [
    call => trainedNorm(call)[0],
    call => trainedNorm(call)[1],
    call => trainedNorm(call)[2],
  ],
  LayerNormalization: [
    call => {
      const { e, dy, x } = call
      return normalizedInput(e, layerNorm(call), e.mul(dy(), x(1)))
    },
    call => call.e.mul(call.dy(), layerNorm(call).normalized),
    ({ dy }) => dy(),
  ],
  InstanceNormalization: [
    call => {
      const { e, dy, x } = call
      return normalizedInput(e, instanceNorm(call), e.mul(dy(), alongChannels(e, x(1), e.rank(x(0)))))
    },
    call => channelSum(call.e, call.e.mul(call.dy(), instanceNorm(call).normalized)),
    ({ e, dy }) => channelSum(e, dy()),
  ],
  GroupNormalization: [
    call => {
      const { e, dy, x } = call
      const scaled = e.mul(dy(), alongChannels(e, x(1), e.rank(x(0))))
      return reshapeLike(e, normalizedInput(e, groupNorm(call), grouped(call, scaled)), x(0))
    },
    call => {
      const { e, dy, x } = call
      return channelSum(e, e.mul(dy(), reshapeLike(e, groupNorm(call).normalized, x(0))))
    },
    ({ e, dy }) => channelSum(e, dy()),
  ],
  LpNormalization: [lpNormalization],
  MeanVarianceNormalization: [
    ({ e, dy, x, attributes }) =>
      // The operator divides by the deviation plus 1e-9, which no float32 deviation feels.
      normalizedInput(e, normalize(e, x(0), attributes.axes ?? [0, 2, 3], 0), dy()),
  ],
}

/** y = x / n with the norm n along an axis: dx = (dy - dn/dx sum(dy y)) / n, dn/dx = sign(x) or y. */
function lpNormalization({ e, dy, x, y, attributes: { axis, p } }: Call<'LpNormalization'>): Value {
  const norm = e.builder.op(p === 1 ? 'ReduceL1' : 'ReduceL2', [x(0), e.ints([axis])])
  const slope = p === 1 ? e.builder.op('Sign', [x(0)]) : y()
  return e.div(e.sub(dy(), e.mul(slope, e.reduceSum(e.mul(dy(), y()), [axis]))), norm)
}

const trainedNorm = oncePerNode(({ e, dy, x, y, attributes }: Call<'chiquito:BatchNormTrain'>) =>
  e.builder.ops('chiquito:BatchNormTrainGrad', [x(0), x(1), y(1), y(2), dy()], attributes, 3),
)

const batchNorm = oncePerNode((call: Call<'BatchNormalization'>) => {
  const { e, dy, x, attributes, refuse } = call
  if (attributes.training_mode)
    refuse('it is in training mode, in which no runtime runs it. Convert the graph first (trainBatchNorm).')
  const rank = e.rank(x(0))
  const deviation = e.builder.op('Sqrt', [e.add(x(4), attributes.epsilon)])
  const inverse = e.builder.op('Reciprocal', [deviation])
  const perChannel = (value: Value) => alongChannels(e, value, rank)
  const total = (value: Value) => channelSum(e, value)
  return {
    inverse,
    scale: e.mul(x(1), inverse),
    perChannel,
    total,
    centredSum: () => total(e.mul(dy(), e.sub(x(0), perChannel(x(3))))),
  }
})

interface Normalized {
  readonly normalized: Value
  readonly inverse: Value
  readonly axes: readonly number[]
}

/** (x - mean) / sqrt(variance + epsilon) over the axes, and one over that root. */
function normalize(e: Emitter, x: Value, axes: readonly number[], epsilon: number): Normalized {
  const centred = e.sub(x, e.reduceMean(x, axes))
  const variance = e.reduceMean(e.square(centred), axes)
  const inverse = e.builder.op('Reciprocal', [e.builder.op('Sqrt', [e.add(variance, epsilon)])])
  return { normalized: e.mul(centred, inverse), inverse, axes }
}

/** dx = (g - mean(g) - n mean(g n)) / sigma, for the gradient g of the normalised value n. */
function normalizedInput(e: Emitter, { normalized, inverse, axes }: Normalized, g: Value): Value {
  const along = e.mul(normalized, e.reduceMean(e.mul(g, normalized), axes))
  return e.mul(e.sub(e.sub(g, e.reduceMean(g, axes)), along), inverse)
}

const layerNorm = oncePerNode(({ e, x, attributes }: Call<'LayerNormalization'>) => {
  const rank = e.rank(x(0))
  const first = fromStart(attributes.axis, rank)
  return normalize(e, x(0), span(first, rank), attributes.epsilon)
})

const instanceNorm = oncePerNode(({ e, x, attributes }: Call<'InstanceNormalization'>) =>
  normalize(e, x(0), span(2, e.rank(x(0))), attributes.epsilon),
)

const groupNorm = oncePerNode((call: Call<'GroupNormalization'>) => {
  const { e, x, attributes } = call
  return normalize(e, grouped(call, x(0)), [2], attributes.epsilon)
})

/** [batch, groups, everything of a group]; the 0 keeps the batch dimension as it is. */
function grouped({ e, attributes }: Call<'GroupNormalization'>, value: Value): Value {
  return e.reshape(value, [0, attributes.num_groups, -1])
}

/** A vector over channels so shaped that it broadcasts along axis 1. */
function alongChannels(e: Emitter, vector: Value, rank: number): Value {
  return e.unsqueeze(vector, span(1, rank - 1))
}

/** [channels]: the sum over every axis but 1. */
function channelSum(e: Emitter, value: Value): Value {
  return e.reduceSum(value, [0, ...span(2, e.rank(value))], false)
}

function span(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)
}
