import { fromHalf, type Tensor, toHalf } from '../../core/index.js'
import type { Range } from './ranges.js'

const greatestByte = 255

/** How numbers become bytes: `byte = round(x / scale) + zero`, cut off at 0 and 255. */
export interface ByteRule {
  readonly scale: number
  readonly zero: number
}

/** Spreads 256 numbers over a range, 0 among them. */
export function byteRule({ low, high }: Range): ByteRule {
  const reach = high - low
  if (!(reach > 0)) return { scale: 1, zero: 0 }
  const scale = Math.fround(reach / greatestByte)
  const zero = Math.min(greatestByte, Math.max(0, Math.round(-low / scale)))
  return { scale, zero }
}

/** Weights as a runtime multiplies them: output by output, the products of each in a row. */
export interface LayerWeights {
  readonly tensor: Tensor<'float32'>
  /** Dimension of the outputs. */
  readonly axis: number
  /** How many places there are of each input of an output: those of a kernel, 1 in a linear layer. */
  readonly places: number
}

/** Weights in 8 bits, a scale for each output. */
export interface RoundedWeights {
  readonly weights: Tensor<'int8'>
  /** [outputs] */
  readonly scales: Float32Array
  /** What rounding adds to each weight: [outputs, products]. */
  readonly errors: Float32Array
}

const greatest = 127

/** Numbers between which 16 bits hold all eleven binary digits. */
const leastHalf = 2 ** -14
const mostHalf = 65_000

/**
 * Processors with AVX2 and no more add two products of a byte and a weight in 16 bits: 255 times two weights that sum up to more than 128 is cut
 * off, and the same file would answer otherwise there. Rounding adds one at most.
 */
const mostOfPair = 127

/** An int32 holds a bias of so many steps; a channel whose weights are nearly nothing would need more. */
const mostBiasSteps = 2 ** 30

/** The next number that 16 bits hold whole; of smaller ones they hold fewer digits, so these stay as they are. */
function storable(scale: number): number {
  if (!(scale >= leastHalf && scale <= mostHalf)) return scale
  const half = toHalf(scale)
  return fromHalf(fromHalf(half) < scale ? half + 1 : half)
}

/** Rounds weights so that no processor cuts sums off. */
export function roundWeights(
  layer: LayerWeights,
  { inputScale, bias }: { readonly inputScale: number; readonly bias?: Float32Array | undefined },
): RoundedWeights {
  const { tensor } = layer
  const { rows, products, at } = rowsOf(layer)
  const outputs = tensor.shape[layer.axis]
  const bytes = new Int8Array(tensor.data.length)
  const errors = new Float32Array(tensor.data.length)
  const scales = new Float32Array(outputs)
  for (let k = 0; k < outputs; k++) {
    const row = rows.subarray(k * products, (k + 1) * products)
    const least = bias ? Math.abs(bias[k]) / (inputScale * mostBiasSteps) : 0
    const scale = Math.max(reachOf(row) / greatest, pairReach(row, layer.places) / mostOfPair, least)
    scales[k] = scale > 0 ? storable(scale) : 1
    for (let i = 0; i < products; i++) {
      const steps = Math.max(-greatest, Math.min(greatest, Math.round(row[i] / scales[k])))
      bytes[at(k, i)] = steps
      errors[k * products + i] = steps * scales[k] - row[i]
    }
  }
  return { weights: { dtype: 'int8', shape: tensor.shape, data: bytes }, scales, errors }
}

/** Weights with outputs first, and where each lies in the tensor. */
function rowsOf({ tensor: { data, shape }, axis }: LayerWeights) {
  const outputs = shape[axis]
  const products = data.length / outputs
  const at = (k: number, i: number) => (axis === 0 ? k * products + i : i * outputs + k)
  const rows = new Float32Array(data.length)
  for (let k = 0; k < outputs; k++) for (let i = 0; i < products; i++) rows[k * products + i] = data[at(k, i)]
  return { rows, products, at }
}

function reachOf(row: Float32Array): number {
  let most = 0
  for (let i = 0; i < row.length; i++) most = Math.max(most, Math.abs(row[i]))
  return most
}

/** The largest sum of two weights that a processor may add the products of first: neighbours in the order that the photo is kept in. */
function pairReach(row: Float32Array, places: number): number {
  const inputs = row.length / places
  // A convolution by channel is computed otherwise.
  if (inputs === 1) return 0
  let most = 0
  for (let i = 0; i + 1 < row.length; i += 2) most = Math.max(most, Math.abs(row[i] + row[i + 1]))
  if (places > 1)
    for (let input = 0; input + 1 < inputs; input += 2)
      for (let place = 0; place < places; place++) {
        const first = input * places + place
        most = Math.max(most, Math.abs(row[first] + row[first + places]))
      }
  return most
}

/** A bias as whole steps of each output, of which each is `input scale * weight scale`. */
export function roundBias(bias: Float32Array, steps: Float32Array): Tensor<'int32'> {
  const data = new Int32Array(bias.length)
  for (let k = 0; k < data.length; k++) data[k] = Math.round(bias[k] / steps[k])
  return { dtype: 'int32', shape: [bias.length], data }
}
