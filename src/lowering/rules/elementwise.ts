import { expandNode } from '../../autodiff/index.js'
import { sizeOf } from '../../core/index.js'
import type { Node, Value } from '../../onnx/index.js'
import type { Lowering } from '../lowering.js'
import { affine } from './batch-norm.js'
import { range } from './range.js'

// Operators that work on each element by itself pass over blocks as they lie. Elements that fill up the last block may
// become anything finite: whoever reads blocks gives them the weight 0. So operators that make infinities or NaN of
// some numbers work on blocks only where nothing is filled up.

/** One map in, the same node on blocks. */
export function unary(lowering: Lowering, node: Node): boolean {
  const [input, ...others] = node.inputs
  const blocked = lowering.blocksOf(input)
  if (!blocked || others.some(other => other !== '' && lowering.blocksOf(other))) return false
  const rest = others.map(other => (other === '' ? '' : lowering.plain(other)))
  const parts = blocked.parts.map(part => same(lowering, node, [part, ...rest]))
  lowering.setBlocked(node.outputs[0], parts, blocked.shape)
  return true
}

/** Maps of one shape, numbers, and a number for each channel (of each image, or of all). */
export function several(lowering: Lowering, node: Node): boolean {
  return combine(lowering, node, parts => same(lowering, node, parts))
}

/**
 * As {@link several}; a number for each channel of all images is added or subtracted by a depthwise convolution of one
 * tap, several times faster than the runtime repeats a few numbers.
 */
export function addition(lowering: Lowering, node: Node): boolean {
  const [x, vector] = node.inputs
  const [given, own] = [lowering.blocksOf(x), lowering.shape(vector)]
  const { e } = lowering
  const isVector =
    given && own && own.length < 5 && own[own.length - 3] === given.shape[1] && sizeOf(own) === given.shape[1]
  if (!isVector || given.shape[1] === 1) return several(lowering, node)
  const flat = lowering.filters.bias(e.reshape(lowering.plain(vector), [given.shape[1]]))
  const bias = node.op === 'Sub' ? e.neg(flat) : flat
  const parts = given.parts.map(part => affine(lowering, part, undefined, { bias }))
  lowering.setBlocked(node.outputs[0], parts, given.shape)
  return true
}

/** As {@link several}, where nothing is filled up or what is divided by is a number. */
export function division(lowering: Lowering, node: Node): boolean {
  const shape = lowering.imageShape(node.outputs[0])
  const filled = shape === undefined || shape[1] % lowering.ops.block !== 0
  const divisor = lowering.shape(node.inputs[1])
  if (filled && !(divisor && sizeOf(divisor) === 1)) return false
  return several(lowering, node)
}

/** A composite that works on each element: its definition, on blocks. */
export function mask(lowering: Lowering, node: Node): boolean {
  const [y, grad, ...bounds] = node.inputs
  if (!lowering.blocksOf(y) && !lowering.blocksOf(grad)) return false
  const shape = lowering.imageShape(y)
  if (!shape) return false
  const count = lowering.blocksOf(y)?.parts.length ?? lowering.partsFor(shape)
  const outputs = lowering.blocked(y, count).parts
  const grads = lowering.blocked(grad, count).parts
  const rest = bounds.map(bound => (bound === '' ? '' : lowering.plain(bound)))
  const parts = outputs.flatMap((part, i) =>
    expandNode(lowering.e, { ...node, inputs: [part, grads[i], ...rest] }),
  )
  lowering.setBlocked(node.outputs[0], parts, shape)
  return true
}

function combine(lowering: Lowering, node: Node, write: (inputs: readonly Value[]) => Value): boolean {
  const shape = lowering.imageShape(node.outputs[0])
  if (!shape) return false
  const maps = node.inputs.filter(input => lowering.shape(input)?.join() === shape.join())
  const blocked = maps.map(map => lowering.blocksOf(map)).find(found => found !== undefined)
  if (!blocked) return false
  const count = blocked.parts.length
  const operands = node.inputs.map(input => operand(lowering, input, shape, count))
  if (operands.some(parts => parts === undefined)) return false
  const alongChannels = operands.some(found => found?.perChannel)
  const full = lowering.ops.padded(shape[1])
  const { block } = lowering.ops
  const parts = range(count).map(i => {
    const n = shape[0] / count
    // A number for each channel repeats over positions, which lie between the blocks and their elements.
    const views = operands.flatMap(found => {
      if (!found) return []
      const value = found.parts[i]
      if (!alongChannels || !found.isMap) return [value]
      return [lowering.e.reshape(value, [n, full / block, shape[2] * shape[3], block])]
    })
    const result = write(views)
    return alongChannels ? lowering.e.reshape(result, [n, full, ...shape.slice(2)]) : result
  })
  lowering.setBlocked(node.outputs[0], parts, shape)
  return true
}

interface Operand {
  readonly parts: readonly Value[]
  readonly isMap: boolean
  readonly perChannel: boolean
}

function operand(
  lowering: Lowering,
  value: Value,
  shape: readonly number[],
  count: number,
): Operand | undefined {
  const own = lowering.shape(value)
  if (!own) return undefined
  if (own.join() === shape.join())
    return { parts: lowering.blocked(value, count).parts, isMap: true, perChannel: false }
  if (sizeOf(own) === 1 && own.length <= 4)
    return { parts: range(count).map(() => lowering.plain(value)), isMap: false, perChannel: false }
  const [batch, channels, ...sizes] = [...Array(4 - own.length).fill(1), ...own]
  if (own.length > 4 || channels !== shape[1] || sizeOf(sizes) !== 1) return undefined
  const plain =
    own.length === 4 ? lowering.plain(value) : lowering.e.reshape(lowering.plain(value), [1, channels, 1, 1])
  const parts = batch === 1 ? range(count).map(() => plain) : divided(lowering, value, count)
  return { parts: parts.map(part => inBlocks(lowering, part)), isMap: false, perChannel: true }
}

function divided(lowering: Lowering, value: Value, count: number): readonly Value[] {
  return lowering.plainPartsOf(value, count)
}

/** [n, channels, 1, 1] as [n, blocks, 1, b]. */
function inBlocks({ e, ops, tables, builder }: Lowering, value: Value): Value {
  const [n, channels] = builder.staticShape(value)
  const full = ops.padded(channels)
  const filled = full === channels ? value : e.concat([value, tables.zeros([n, full - channels, 1, 1])], 1)
  return e.reshape(filled, [n, full / ops.block, 1, ops.block])
}

/** The node again, with other inputs. */
function same({ builder }: Lowering, node: Node, inputs: readonly Value[]): Value {
  const names = inputs.map((_, i) => `#${i}`)
  const renamed = new Map(names.map((name, i) => [name, inputs[i]]))
  // Under its own name it would stand for the plain value.
  const output = `blocked ${node.op}`
  const given = names.map((name, i) => (inputs[i] === '' ? '' : name))
  builder.copy({ ...node, inputs: given, outputs: [output] }, renamed)
  return renamed.get(output) ?? output
}
