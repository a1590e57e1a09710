import { asFloat32 } from '../../../core/index.js'
import type { Graph, Node, Value } from '../../../onnx/index.js'
import type { Preprocessing } from '../../backbone.js'
import { type Channels, type InnerLayers, rawBytes, zeroToOne } from '../../preprocessing/index.js'
import { opOf } from '../view/index.js'

/** `scale * photo + shift`, by channel in the network's order. */
interface Affine {
  readonly scale: Channels
  readonly shift: Channels
}

/** Steps that change where values lie or how they are held, not the values; of channels only the order. */
const moving: ReadonlySet<string> = new Set(['Cast', 'Identity', 'Transpose'])

/**
 * Layers at the beginning that only prepare photos: products and sums with constants, as Keras' Rescaling and
 * Normalization and wrappers of one's own write them, or a batch norm of the photo itself. What they expect, bytes or
 * values from 0 to 1, is told by what they make of it: about -3 to 3, or bytes around 0.
 *
 * @param graph whose photo is `image`; constants are initializers.
 */
export function innerLayers(graph: Graph): InnerLayers | undefined {
  const affine = affineOf(graph)
  if (!affine) return undefined
  const input = inputOf(affine)
  return input && { input, whole: wholeOf(affine, input) }
}

function affineOf(graph: Graph): Affine | undefined {
  let value = 'image'
  let affine: Affine | undefined
  let isTurned = false
  for (;;) {
    const readers = graph.nodes.filter(node => node.inputs.includes(value))
    const [node] = readers
    if (readers.length !== 1 || graph.outputs.has(value)) break
    const next = stepOf(graph, node, value)
    if (next) affine = after(affine, next)
    else if (isTurning(graph, node)) isTurned = !isTurned
    else if (!moving.has(opOf(node))) break
    value = node.outputs[0]
  }
  if (!affine || !isTurned) return affine
  // Told of the photo's channels, not of the network's.
  return { scale: turned(affine.scale), shift: turned(affine.shift) }
}

const turned = ([a, b, c]: Channels): Channels => [c, b, a]

function after(first: Affine | undefined, { scale, shift }: Affine): Affine {
  if (!first) return { scale, shift }
  return {
    scale: channels(i => first.scale[i] * scale[i]),
    shift: channels(i => first.shift[i] * scale[i] + shift[i]),
  }
}

function channels(make: (i: 0 | 1 | 2) => number): Channels {
  return [make(0), make(1), make(2)]
}

/** What one node does to its values; undefined where it is none of these, or no constant's. */
function stepOf(graph: Graph, node: Node, value: Value): Affine | undefined {
  const op = opOf(node)
  if (op === 'BatchNormalization') return batchNormOf(graph, node)
  const [left, right] = node.inputs
  if (node.inputs.length !== 2 || left === right) return undefined
  const constant = channelsOf(graph, left === value ? right : left)
  if (!constant) return undefined
  const isFirst = left === value
  const [zero, one]: [Channels, Channels] = [
    [0, 0, 0],
    [1, 1, 1],
  ]
  switch (op) {
    case 'Mul':
      return { scale: constant, shift: zero }
    case 'Div':
      return isFirst ? { scale: map(constant, v => 1 / v), shift: zero } : undefined
    case 'Add':
      return { scale: one, shift: constant }
    case 'Sub':
      return isFirst
        ? { scale: one, shift: map(constant, v => -v) }
        : { scale: map(one, v => -v), shift: constant }
    default:
      return undefined
  }
}

function map([a, b, c]: Channels, change: (value: number) => number): Channels {
  return [change(a), change(b), change(c)]
}

/** Statistics of photos that a batch norm begins with: `(photo - mean) / deviation`, whatever it scales that to. */
function batchNormOf(graph: Graph, node: Node): Affine | undefined {
  const [mean, variance] = [node.inputs[3], node.inputs[4]].map(value => channelsOf(graph, value))
  if (!mean || !variance) return undefined
  const epsilon = node.attributes.epsilon?.kind === 'float' ? node.attributes.epsilon.value : 1e-5
  const scale = map(variance, one => 1 / Math.sqrt(one + epsilon))
  return { scale, shift: channels(i => -mean[i] * scale[i]) }
}

/** Channels in the other order: Gather of 2, 1, 0, or Slice backwards over three. */
function isTurning(graph: Graph, node: Node): boolean {
  const numbers = (value: Value | undefined) => {
    const tensor = value === undefined ? undefined : graph.initializers.get(value)
    return tensor && (tensor.dtype === 'int64' || tensor.dtype === 'int32')
      ? Array.from(tensor.data, Number)
      : []
  }
  if (opOf(node) === 'Gather') return numbers(node.inputs[1]).join() === '2,1,0'
  return opOf(node) === 'Slice' && numbers(node.inputs[4]).join() === '-1'
}

/** Elementwise functions that exporters leave between constants. */
const functions: Readonly<Record<string, (a: number, b: number) => number>> = {
  Identity: a => a,
  Cast: a => a,
  Reshape: a => a,
  Unsqueeze: a => a,
  Squeeze: a => a,
  Expand: a => a,
  Transpose: a => a,
  Neg: a => -a,
  Reciprocal: a => 1 / a,
  Sqrt: a => Math.sqrt(a),
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Max: (a, b) => Math.max(a, b),
  Pow: (a, b) => a ** b,
}

/** Operators whose second input is a shape. */
const shaped: ReadonlySet<string> = new Set([
  'Reshape',
  'Unsqueeze',
  'Squeeze',
  'Expand',
  'Cast',
  'Identity',
  'Transpose',
])

/** How far back constants are worked out. */
const MAX_DEPTH = 8

/** A constant that is one number or three, one a channel, as three; undefined for anything else. */
function channelsOf(graph: Graph, value: Value, depth = 0): Channels | undefined {
  const tensor = graph.initializers.get(value)
  if (tensor) {
    if (tensor.dtype !== 'float32' || ![1, 3].includes(tensor.data.length)) return undefined
    const [a, b = a, c = a] = asFloat32(tensor, value).data
    return [a, b, c].every(Number.isFinite) ? [a, b, c] : undefined
  }
  const node = graph.nodes.find(one => one.outputs[0] === value)
  if (!node || depth > MAX_DEPTH || !Object.hasOwn(functions, opOf(node))) return undefined
  const apply = functions[opOf(node)]
  const inputs = shaped.has(opOf(node)) ? node.inputs.slice(0, 1) : node.inputs
  const [left, right = left] = inputs.map(input => channelsOf(graph, input, depth + 1))
  if (!left || !right) return undefined
  return [apply(left[0], right[0]), apply(left[1], right[1]), apply(left[2], right[2])]
}

/** Prepared photos lie within this, in the middle of the range or around 0. */
const farthest = 4
const leastSpan = 0.4

/** Which of the two inputs a network's first layers are made for; undefined where neither would make sense. */
function inputOf({ scale, shift }: Affine): Preprocessing | undefined {
  const fits = (most: number, isBytes: boolean) =>
    scale.every((factor, i) => {
      const ends = [shift[i], factor * most + shift[i]]
      const [low, high] = [Math.min(...ends), Math.max(...ends)]
      const isNormalised =
        high - low >= leastSpan && high - low <= 2 * farthest && low >= -farthest && high <= farthest
      // Of bytes, some networks subtract the mean alone.
      const isCentred = isBytes && factor === 1 && shift[i] < -1 && shift[i] > -255
      return isNormalised || isCentred
    })
  // Factors near 1 make sense of values from 0 to 1 alone, those near 1/255 of bytes alone.
  if (fits(255, true)) return rawBytes
  return fits(1, false) ? zeroToOne : undefined
}

/** `scale * input + shift` as mean and deviation of bytes. */
function wholeOf({ scale, shift }: Affine, { std: [unit] }: Preprocessing): Preprocessing {
  return {
    mean: channels(i => (-shift[i] / scale[i]) * unit),
    std: map(scale, factor => unit / factor),
  }
}
