import type { Emitter } from '../autodiff/index.js'
import type { Value } from '../onnx/index.js'
import type { BlockedOps } from './blocked-ops.js'
import type { Tables } from './tables.js'

/**
 * Weights in the order in which blocked convolutions read them, from [out, in, rows, columns]. Each order is written
 * once for each weight. Blocks are moved whole: a transposition of single floats over six axes is many times slower.
 */
export class Filters {
  private readonly made = new Map<string, Value>()

  constructor(
    private readonly e: Emitter,
    private readonly ops: BlockedOps,
    private readonly tables: Tables,
  ) {}

  /**
   * For images whose channels are blocked: [out / b, in / b, taps, b in, b out]. `groups` filters of [out, in] each lie
   * behind one another; both are padded by zeros to whole blocks where there is one group.
   */
  dense(weight: Value, groups: number): Value {
    return this.once(`dense ${groups} ${weight}`, () => {
      const { block } = this.ops
      const [out, inputs, ...kernel] = this.shapeOf(weight, groups)
      const full = this.padded(weight, groups)
      // First inputs of a block come to stand after the taps, which the way back needs, too, then outputs after these.
      const rows = kernel[0] * kernel[1] === 1 ? full : this.byInput(full)
      const size = inputs * kernel[0] * kernel[1]
      const blocks = this.ops.reorderInput(this.e.reshape(rows, [out / block, block, 1, size]))
      return this.e.reshape(blocks, [out, inputs, ...kernel])
    })
  }

  /** For plain images of a few channels, fewer than a block: [out / b, in, taps, b out]. */
  image(weight: Value): Value {
    return this.once(`image ${weight}`, () => {
      const [out, inputs, ...kernel] = this.e.builder.staticShape(weight)
      const padded = this.padAxis(weight, 0, this.ops.padded(out))
      return this.e.reshape(this.byOutput(padded), [this.ops.padded(out), inputs, ...kernel])
    })
  }

  /** For depthwise convolutions: [channels / b, 1, taps, b]. */
  depthwise(weight: Value): Value {
    return this.once(`depthwise ${weight}`, () => {
      const [channels, , ...kernel] = this.e.builder.staticShape(weight)
      const planes = this.padAxis(this.e.reshape(weight, [1, channels, ...kernel]), 1, fourfold(channels))
      return this.e.reshape(this.ops.reorderInput(planes), [this.ops.padded(channels), 1, ...kernel])
    })
  }

  /** Some taps of a depthwise filter, in the order given. */
  depthwiseTaps(weight: Value, taps: readonly number[], kernel: readonly number[]): Value {
    return this.once(`depthwise ${taps} ${weight}`, () => {
      const filter = this.depthwise(weight)
      const [channels, , ...full] = this.e.builder.staticShape(filter)
      const rows = this.e.reshape(filter, [channels / this.ops.block, full[0] * full[1], this.ops.block])
      const order = this.tables.indices(`${taps}`, () => taps)
      const chosen = this.e.builder.op('Gather', [rows, order], { axis: 1 })
      return this.e.reshape(chosen, [channels, 1, ...kernel])
    })
  }

  /**
   * For convolutions that go back from outputs to inputs, by some taps in the order given: [in / b, out / b, taps, b out,
   * b in] for each group.
   */
  backward(weight: Value, groups: number, taps: readonly number[], kernel: readonly number[]): Value {
    return this.once(`backward ${groups} ${taps} ${weight}`, () => {
      const { block } = this.ops
      const [out, inputs, ...full] = this.shapeOf(weight, groups)
      const all = full[0] * full[1]
      const rows = this.byInput(this.padded(weight, groups))
      if (groups === 1 && all === 1)
        return this.e.reshape(this.pointBackward(weight), [inputs, out, ...kernel])
      const outs = out / groups
      const inBlocks = inputs / block
      const order = this.tables.indices(`backward ${groups} ${out} ${inputs} ${all} ${taps}`, () => {
        const list: number[] = []
        for (let g = 0; g < groups; g++)
          for (let i = 0; i < inBlocks; i++)
            for (let base = 0; base < outs; base += block)
              for (const tap of taps)
                for (let o = 0; o < block; o++) list.push(((g * outs + base + o) * inBlocks + i) * all + tap)
        return list
      })
      const gathered = this.e.builder.op('Gather', [rows, order], { axis: 0 })
      return this.e.reshape(gathered, [groups * inputs, outs, ...kernel])
    })
  }

  /** [out]: a bias padded by zeros. */
  bias(bias: Value): Value {
    const [channels] = this.e.builder.staticShape(bias)
    const padded = this.ops.padded(channels)
    if (padded === channels) return bias
    return this.once(`bias ${bias}`, () => this.padAxis(bias, 0, padded))
  }

  /** [out, in] of a 1x1 filter as [in / b, out, b in]. */
  private pointBackward(weight: Value): Value {
    const [out, inputs] = this.e.builder.staticShape(this.padded(weight, 1))
    return this.ops.reorderInput(this.e.reshape(this.padded(weight, 1), [1, 1, out, inputs]), true)
  }

  /** [out, in, taps] as [out / b, in, taps, b out]. */
  private byOutput(weight: Value): Value {
    const [out, inputs, ...kernel] = this.e.builder.staticShape(weight)
    const { block } = this.ops
    const size = inputs * kernel[0] * kernel[1]
    return this.ops.reorderInput(this.e.reshape(weight, [out / block, block, 1, size]))
  }

  /** [out, in, taps] as rows of [out, in / b, taps] with b inputs each. */
  private byInput(weight: Value): Value {
    const [, , ...kernel] = this.e.builder.staticShape(weight)
    const { block } = this.ops
    if (kernel[0] * kernel[1] === 1) return this.e.reshape(weight, [-1, block])
    return this.once(`inputs ${weight}`, () => this.e.reshape(this.ops.reorderInput(weight), [-1, block]))
  }

  private padded(weight: Value, groups: number): Value {
    if (groups > 1) return weight
    const [out, inputs] = this.e.builder.staticShape(weight)
    return this.padAxis(this.padAxis(weight, 1, this.ops.padded(inputs)), 0, this.ops.padded(out))
  }

  private shapeOf(weight: Value, groups: number): readonly number[] {
    const [out, inputs, ...kernel] = this.e.builder.staticShape(weight)
    return groups > 1 ? [out, inputs, ...kernel] : [this.ops.padded(out), this.ops.padded(inputs), ...kernel]
  }

  private padAxis(value: Value, axis: number, size: number): Value {
    const shape = [...this.e.builder.staticShape(value)]
    if (shape[axis] === size) return value
    return this.once(`pad ${axis} ${value}`, () => {
      shape[axis] = size - shape[axis]
      return this.e.concat([value, this.tables.zeros(shape)], axis)
    })
  }

  private once(key: string, make: () => Value): Value {
    const found = this.made.get(key)
    if (found !== undefined) return found
    const value = make()
    this.made.set(key, value)
    return value
  }
}

/** The runtime reorders images of 4, 8, 12... channels and fills up the last block itself. */
function fourfold(channels: number): number {
  return Math.ceil(channels / 4) * 4
}
