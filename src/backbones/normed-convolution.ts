import type { GraphBuilder, Value } from '../onnx/index.js'
import { foldedConvolution } from './batch-norm.js'
import { toFloat32, type Weights } from './weights.js'

/** A convolution without bias, and the batch norm after it. */
export interface NormedConvolution {
  /** Name of the convolution's weights without `.weight`. */
  readonly conv: string
  /** Likewise for the batch norm. */
  readonly norm: string
  /** [out, in / group, kernel, kernel] */
  readonly shape: readonly [number, number, number, number]
  readonly stride: number
  readonly group: number
}

export interface Padding {
  /** Top, left, bottom, right. */
  readonly pads?: readonly number[] | undefined
  readonly auto_pad?: string | undefined
}

/** Adds a convolution with its batch norm to a graph and returns the map. */
export type AddConvolution = (input: Value, convolution: NormedConvolution, padding: Padding) => Value

/** As constants with batch norm folded into them: for use. */
export function foldedConvolutions(builder: GraphBuilder, weights: Weights, epsilon: number): AddConvolution {
  return (input, { conv, norm, ...rest }, padding) => {
    const { weight, bias } = foldedConvolution(builder, weights, conv, norm, epsilon)
    return builder.op('Conv', [input, weight, bias], attributesOf(rest, padding))
  }
}

/** What a weights file does not say of batch norm. */
export interface NormSettings {
  readonly epsilon: number
  /** Share of the past in running statistics: ONNX's momentum, one minus PyTorch's. */
  readonly momentum: number
}

/** As float32 initializers under their own names, batch norm apart: for training. */
export function separateConvolutions(
  builder: GraphBuilder,
  weights: Weights,
  settings: NormSettings,
): AddConvolution {
  const add = (name: string) => builder.initializer(name, toFloat32(weights.get(name)))
  return (input, { conv, norm, ...rest }, padding) => {
    const map = builder.op('Conv', [input, add(`${conv}.weight`)], attributesOf(rest, padding))
    const statistics = ['weight', 'bias', 'running_mean', 'running_var'].map(part => add(`${norm}.${part}`))
    return builder.op('BatchNormalization', [map, ...statistics], { ...settings })
  }
}

/** Name and shape of the tensors of a convolution and its batch norm. */
export function tensorsOf({ conv, norm, shape }: NormedConvolution): [string, readonly number[]][] {
  const vectors = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (part): [string, readonly number[]] => [`${norm}.${part}`, [shape[0]]],
  )
  return [[`${conv}.weight`, shape], ...vectors]
}

/** Names of those that are trained: batch norm's statistics are not. */
export function parametersOf({ conv, norm }: NormedConvolution): string[] {
  return [`${conv}.weight`, `${norm}.weight`, `${norm}.bias`]
}

function attributesOf(
  { shape, stride, group }: Pick<NormedConvolution, 'shape' | 'stride' | 'group'>,
  padding: Padding,
) {
  return { kernel_shape: [shape[2], shape[3]], strides: [stride, stride], group, ...padding }
}
