import { scalar } from '../../core/index.js'
import { type Node, readAttributes, type Value } from '../../onnx/index.js'
import { geometryOf } from '../geometry.js'
import type { Lowering } from '../lowering.js'
import { range } from './range.js'

/** Less than any number that can be a maximum; differences with it stay finite. */
const lowest = -3e38

/** A window that slides along the middle axis of [outer, size, inner]. */
interface Slide {
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  readonly before: number
  /** Elements, and positions of the window. */
  readonly size: number
  readonly results: number
}

/** What went into the maxima along an axis: each tap, and the largest of those up to it. */
interface Round {
  readonly taps: readonly Value[]
  readonly largest: readonly Value[]
}

/**
 * The gradient of a max pool as two knockout tournaments, along rows and along columns: each tap meets the largest of
 * those before it, and a gradient goes to the winner, the earlier one of equals. The runtime's way by positions takes
 * one element at a time.
 */
export function maxPoolGrad(lowering: Lowering, node: Node): boolean {
  const [image, grad] = node.inputs
  const blocked = lowering.blocksOf(image)
  const y = lowering.imageShape(grad)
  if (!blocked || !y) return false
  const { kernel_shape: kernel, ...attributes } = readAttributes('chiquito:MaxPoolGrad', node)
  const { shape: x, parts } = blocked
  const { strides, dilations, pads } = geometryOf(attributes, kernel, x.slice(2), y.slice(2))
  const [rows, columns] = [0, 1].map(
    (axis): Slide => ({
      kernel: kernel[axis],
      stride: strides[axis],
      dilation: dilations[axis],
      before: pads[axis],
      size: x[axis + 2],
      results: y[axis + 2],
    }),
  )
  const { e, builder, ops } = lowering
  const { block } = ops
  const grads = lowering.blocked(grad, parts.length).parts
  const results = parts.map((part, i) => {
    const [n, channels] = builder.staticShape(part)
    const maps = (n * channels) / block
    const lines = e.reshape(part, [maps * x[2], x[3], block])
    const across = play(lowering, lines, columns)
    const winners = e.reshape(across.largest[columns.kernel - 1], [maps, x[2], y[3] * block])
    const down = play(lowering, winners, rows)
    const back = handBack(lowering, down, e.reshape(grads[i], [maps, y[2], y[3] * block]), rows)
    const whole = handBack(lowering, across, e.reshape(back, [maps * x[2], y[3], block]), columns)
    return e.reshape(whole, [n, channels, ...x.slice(2)])
  })
  lowering.setBlocked(node.outputs[0], results, x)
  return true
}

/** Elements along the axis that windows cover, or more. */
function covered({ kernel, stride, dilation, before, size, results }: Slide): number {
  return Math.max(before + size, (results - 1) * stride + (kernel - 1) * dilation + 1)
}

function play({ e, builder, tables }: Lowering, value: Value, slide: Slide): Round {
  const { kernel, stride, dilation, before, size, results } = slide
  const after = covered(slide) - before - size
  const pads = e.ints([0, before, 0, 0, after, 0])
  const padded =
    before + after === 0 ? value : builder.op('Pad', [value, pads, builder.constant(scalar(lowest))])
  const taps = range(kernel).map(tap => {
    const positions = tables.indices(`taps ${tap * dilation} ${stride} ${results}`, () =>
      range(results).map(i => i * stride + tap * dilation),
    )
    return builder.op('Gather', [padded, positions], { axis: 1 })
  })
  const largest = [taps[0]]
  for (const tap of taps.slice(1)) largest.push(builder.op('Max', [largest[largest.length - 1], tap]))
  return { taps, largest }
}

/** The gradient for what came in, from that for the winners. */
function handBack(lowering: Lowering, { taps, largest }: Round, grad: Value, slide: Slide): Value {
  const { e } = lowering
  const shares: Value[] = []
  let left = grad
  for (let tap = taps.length - 1; tap > 0; tap--) {
    shares[tap] = e.mul(e.positive(e.sub(taps[tap], largest[tap - 1])), left)
    left = e.sub(left, shares[tap])
  }
  shares[0] = left
  return scatter(lowering, shares, slide)
}

/** Adds up what the taps give to each element: elements of one residue side by side, then in their order. */
function scatter({ e, builder, tables }: Lowering, shares: readonly Value[], slide: Slide): Value {
  const { stride, dilation, before, size, results } = slide
  const [outer, , inner] = builder.staticShape(shares[0])
  const lengths = range(stride).map(residue => Math.ceil((covered(slide) - residue) / stride))
  const planes = lengths.map((length, residue) => {
    const mine = shares.flatMap((share, tap) => {
      if ((tap * dilation) % stride !== residue) return []
      const start = Math.floor((tap * dilation) / stride)
      const end = length - start - results
      return start + end === 0 ? [share] : [builder.op('Pad', [share, e.ints([0, start, 0, 0, end, 0])])]
    })
    const [first, ...rest] = mine
    return first === undefined ? tables.zeros([outer, length, inner]) : e.sumOf([first, ...rest])
  })
  const starts = lengths.map((_, residue) => lengths.slice(0, residue).reduce((a, b) => a + b, 0))
  const order = tables.indices(`unscatter ${covered(slide)} ${stride} ${before} ${size}`, () =>
    range(size).map(i => starts[(i + before) % stride] + Math.floor((i + before) / stride)),
  )
  return builder.op('Gather', [e.concat(planes, 1), order], { axis: 1 })
}
