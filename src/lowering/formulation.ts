import type { Activation, Geometry } from './blocked-ops.js'
import type { Convolution } from './geometry.js'

export type ConvolutionOp = 'Conv' | 'ConvInputGrad' | 'ConvWeightGrad'

/** A way of writing a convolution or its gradient for blocks, as an example small enough to be tried out. */
export interface Formulation {
  readonly op: ConvolutionOp
  /** [batch, channels, height, width] */
  readonly x: readonly number[]
  /** [out, in / group, rows, columns] */
  readonly w: readonly number[]
  /** [batch, out, height, width] */
  readonly y: readonly number[]
  readonly group: number
  readonly geometry: Geometry
  readonly bias: boolean
  readonly sum: boolean
  readonly activation?: Activation | undefined
}

/** Two images, so that sums over the batch are seen. */
const batch = 2
/** Blocks of inputs, and of outputs: several, and not equally many, so that no exchange goes unseen. */
const [inBlocks, outBlocks] = [2, 3]
/** Rows and columns beyond what the window covers are kept in their remainder only; this many are there at least. */
const atLeast = 4

/** The example of a convolution: same windows, same kind, same remainders of sizes; few channels and positions. */
export function exampleOf(
  op: ConvolutionOp,
  { x, w, group, geometry, kind }: Convolution,
  block: number,
  { bias = false, sum = false, activation }: Partial<Pick<Formulation, 'bias' | 'sum' | 'activation'>> = {},
): Formulation {
  const [height, width] = [0, 1].map(
    axis => smallSize(geometry, axis, x[axis + 2]) + axis * geometry.strides[1],
  )
  const [inputs, outputs, groups] = smallChannels(kind, x[1], w[0], group, block)
  const results = [height, width].map(
    (size, axis) => 1 + Math.floor(room(geometry, axis, size) / geometry.strides[axis]),
  )
  return {
    op,
    x: [batch, inputs, height, width],
    w: [outputs, inputs / groups, ...geometry.kernel],
    y: [batch, outputs, ...results],
    group: groups,
    geometry,
    bias,
    sum,
    activation,
  }
}

/** Equal for formulations that need to be tried only once. */
export function keyOfFormulation(formulation: Formulation): string {
  return JSON.stringify(formulation)
}

function room({ kernel, dilations, pads }: Geometry, axis: number, size: number): number {
  return size + pads[axis] + pads[axis + 2] - ((kernel[axis] - 1) * dilations[axis] + 1)
}

function smallSize(geometry: Geometry, axis: number, size: number): number {
  const stride = geometry.strides[axis]
  const free = room(geometry, axis, size) % stride
  // The least size of which as much is left over, and a step more.
  let small = free - room(geometry, axis, 0)
  while (small < atLeast) small += stride
  return small + stride
}

function smallChannels(
  kind: Convolution['kind'],
  inputs: number,
  outputs: number,
  group: number,
  block: number,
): [number, number, number] {
  const few = (channels: number, blocks: number) => (channels % block) + blocks * block
  if (kind === 'image') return [inputs, few(outputs, outBlocks), 1]
  if (group === 1) return [few(inputs, inBlocks), few(outputs, outBlocks), 1]
  if (kind === 'depthwise') {
    const channels = few(outputs, inBlocks)
    return [channels, channels, channels]
  }
  return [2 * block, 4 * block, 2]
}
