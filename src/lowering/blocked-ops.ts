import type { Attribute, GraphBuilder, Value } from '../onnx/index.js'
import { nchwc } from './block-size.js'

/** Applied by a convolution to what it gives. */
export interface Activation {
  readonly kind: 'Relu' | 'Clip'
  /** The bounds of a Clip. */
  readonly parameters: readonly number[]
}

/** A sliding window, with everything about it known: two numbers each, for rows and columns. */
export interface Geometry {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Top, left, bottom, right. */
  readonly pads: readonly number[]
}

export interface BlockedConv extends Geometry {
  /** [out], as many as the filter has. */
  readonly bias?: Value | undefined
  /** Added to the result before the activation. */
  readonly sum?: Value | undefined
  readonly activation?: Activation | undefined
  readonly group?: number | undefined
}

export const point: Geometry = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] }

const int = (value: number): Attribute => ({ kind: 'int', value })
const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value })

/** The runtime's operators on blocked images. Shapes are [batch, channels, height, width] whatever lies in memory. */
export class BlockedOps {
  constructor(
    private readonly builder: GraphBuilder,
    /** Channels side by side. */
    readonly block: number,
  ) {}

  /** The least multiple of the block that holds so many channels. */
  padded(channels: number): number {
    return Math.ceil(channels / this.block) * this.block
  }

  /** [n, c, h, w], or [n, h, w, c] with channels last, as blocks; c must be a multiple of 4. */
  reorderInput(x: Value, channelsLast = false): Value {
    const [n, a, b, c] = this.builder.staticShape(x)
    const [channels, h, w] = channelsLast ? [c, a, b] : [a, b, c]
    const attributes = channelsLast ? { channels_last: int(1) } : {}
    return this.op('ReorderInput', [x], attributes, [n, this.padded(channels), h, w])
  }

  /** Blocks as [n, channels, h, w], or [n, h, w, channels]: channels beyond are dropped. */
  reorderOutput(x: Value, channels: number, channelsLast = false): Value {
    const [n, , h, w] = this.builder.staticShape(x)
    const attributes = { channels: int(channels), ...(channelsLast ? { channels_last: int(1) } : {}) }
    return this.op('ReorderOutput', [x], attributes, channelsLast ? [n, h, w, channels] : [n, channels, h, w])
  }

  /** A convolution by a filter in the runtime's own order: see Filters. */
  conv(x: Value, filter: Value, conv: BlockedConv): Value {
    const [n, , ...sizes] = this.builder.staticShape(x)
    const [out] = this.builder.staticShape(filter)
    const results = sizes.map((size, axis) => {
      const reach = (conv.kernel[axis] - 1) * conv.dilations[axis] + 1
      return Math.floor((size + conv.pads[axis] + conv.pads[axis + 2] - reach) / conv.strides[axis]) + 1
    })
    const { activation } = conv
    const attributes = {
      ...windowAttributes(conv),
      group: int(conv.group ?? 1),
      ...(activation && { activation: { kind: 'string', value: activation.kind } as const }),
      ...(activation?.kind === 'Clip' && {
        activation_params: { kind: 'floats', value: activation.parameters.map(Math.fround) } as const,
      }),
    }
    const inputs = [x, filter, conv.bias ?? '', conv.sum ?? '']
    return this.op('Conv', inputs, attributes, [n, out, ...results])
  }

  maxPool(x: Value, window: Geometry, results: readonly number[], ceil: boolean): Value {
    return this.pool('MaxPool', x, { ...windowAttributes(window), ceil_mode: int(ceil ? 1 : 0) }, results)
  }

  /** [n, channels, 1, 1]: the mean of each map. */
  globalAveragePool(x: Value): Value {
    return this.pool('GlobalAveragePool', x, {}, [1, 1])
  }

  private pool(
    op: string,
    x: Value,
    attributes: Readonly<Record<string, Attribute>>,
    sizes: readonly number[],
  ): Value {
    const [n, channels] = this.builder.staticShape(x)
    return this.op(op, [x], attributes, [n, channels, ...sizes])
  }

  private op(
    op: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Attribute>>,
    shape: readonly number[],
  ): Value {
    const [y] = this.builder.foreign({ op, domain: nchwc, inputs, attributes }, [{ dtype: 'float32', shape }])
    return y
  }
}

function windowAttributes({
  kernel,
  strides,
  dilations,
  pads,
}: Geometry): Readonly<Record<string, Attribute>> {
  return {
    kernel_shape: ints(kernel),
    strides: ints(strides),
    dilations: ints(dilations),
    pads: ints(pads),
  }
}
