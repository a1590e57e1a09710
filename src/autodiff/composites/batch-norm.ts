import type { Value } from '../../onnx/index.js'
import type { Emitter } from '../emit.js'
import { elementsPer, range } from '../shapes.js'

// Batch norm in training mode (Ioffe and Szegedy 2015). Values are centred before they are squared, and averaged for each
// image before over the batch: in float32 the difference of a mean square and a squared mean would keep few digits.

/** y, and the mean and biased variance of each channel that it was normalised with. */
export function trainedNorm(e: Emitter, [x, scale, bias]: readonly Value[], epsilon: number): Value[] {
  const mean = averaged(e, x)
  const centred = e.sub(x, mean)
  const variance = averaged(e, e.square(centred))
  const factor = e.mul(inverseDeviation(e, variance, epsilon), alongChannels(e, scale, x))
  const y = e.add(e.mul(centred, factor), alongChannels(e, bias, x))
  return [y, flat(e, mean), flat(e, variance)]
}

/**
 * With c = x - mean and averages over all but the channels:
 * dx = scale / sigma (dy - avg(dy) - c avg(dy c) / sigma^2), dscale = n avg(dy c) / sigma, dbias = n avg(dy).
 */
export function trainedNormGrad(
  e: Emitter,
  [x, scale, mean, variance, dy]: readonly Value[],
  { epsilon, unscaled }: { readonly epsilon: number; readonly unscaled: number },
): Value[] {
  const centred = e.sub(x, alongChannels(e, mean, x))
  const inverse = inverseDeviation(e, alongChannels(e, variance, x), epsilon)
  const along = averaged(e, e.mul(dy, centred))
  const across = averaged(e, dy)
  const slope = e.mul(along, e.square(inverse))
  const rest = e.sub(e.sub(dy, across), e.mul(centred, slope))
  const dx = unscaled ? rest : e.mul(rest, e.mul(inverse, alongChannels(e, scale, x)))
  const count = elementsPer(e, x, across)
  return [dx, flat(e, e.mul(e.mul(along, inverse), count)), flat(e, e.mul(across, count))]
}

/** [1, channels, 1...]: the average over everything but the channels. */
function averaged(e: Emitter, value: Value): Value {
  const spatial = range(e.rank(value)).slice(2)
  return e.reduceMean(spatial.length > 0 ? e.reduceMean(value, spatial) : value, [0])
}

function inverseDeviation(e: Emitter, variance: Value, epsilon: number): Value {
  return e.builder.op('Reciprocal', [e.builder.op('Sqrt', [e.add(variance, epsilon)])])
}

/** [channels] so shaped that it broadcasts along axis 1 of `like`. */
function alongChannels(e: Emitter, vector: Value, like: Value): Value {
  return e.unsqueeze(
    vector,
    range(e.rank(like))
      .slice(2)
      .map(axis => axis - 1),
  )
}

/** [1, channels, 1...] as [channels] */
function flat(e: Emitter, value: Value): Value {
  const { length } = e.shape(value)
  return e.squeeze(
    value,
    range(length).filter(axis => axis !== 1),
  )
}
