import { sizeOf } from '../../core/index.js'
import type { Value } from '../../onnx/index.js'
import type { Emitter } from '../emit.js'
import { type Call, type Gradients, noRuleYet, notDifferentiable } from '../rule.js'
import {
  fromStart,
  invert,
  knownShape,
  range,
  reshapeLike,
  reshapeTo,
  shapeVector,
  zerosLike,
} from '../shapes.js'
import { spread } from './spread.js'

type Operators =
  | (
      | 'Gather'
      | 'GatherElements'
      | 'GatherND'
      | 'ScatterElements'
      | 'ScatterND'
      | 'Scatter'
      | 'TopK'
      | 'Trilu'
    )
  | ('DepthToSpace' | 'SpaceToDepth' | 'ReverseSequence' | 'Einsum' | 'OneHot' | 'NonZero' | 'Compress')
  | ('GridSample' | 'RoiAlign' | 'CenterCropPad')

const frozen = noRuleYet(
  'Keep the layers up to and including it frozen, so that no gradient has to pass through it',
)

export const indexing: Gradients<Operators> = {
  Gather: [gather, null],
  GatherElements: [
    ({ e, dy, x, attributes: { axis } }) =>
      e.builder.op('ScatterElements', [zerosLike(e, x(0)), x(1), dy()], { axis, reduction: 'add' }),
    null,
  ],
  GatherND: [
    ({ e, dy, x, attributes, refuse }) => {
      if (attributes.batch_dims !== 0)
        refuse('batch_dims other than 0 have no rule. Use GatherElements instead.')
      return e.builder.op('ScatterND', [zerosLike(e, x(0)), x(1), dy()], { reduction: 'add' })
    },
    null,
  ],
  ScatterElements: [
    call => {
      const { e, dy, x, attributes } = call
      if (attributes.reduction === 'add') return dy()
      refuseReduction(call)
      return e.builder.op('ScatterElements', [dy(), x(1), zerosLike(e, x(2))], { axis: attributes.axis })
    },
    null,
    call => {
      refuseReduction(call)
      return call.e.builder.op('GatherElements', [call.dy(), call.x(1)], { axis: call.attributes.axis })
    },
  ],
  ScatterND: [
    call => {
      const { e, dy, x, attributes } = call
      if (attributes.reduction === 'add') return dy()
      refuseReduction(call)
      return e.builder.op('ScatterND', [dy(), x(1), zerosLike(e, x(2))])
    },
    null,
    call => {
      refuseReduction(call)
      return call.e.builder.op('GatherND', [call.dy(), call.x(1)])
    },
  ],
  // The second output says where each of the first came from.
  TopK: [
    ({ e, dy, x, y, attributes: { axis } }) =>
      e.builder.op('ScatterElements', [zerosLike(e, x(0)), y(1), dy()], { axis }),
    null,
  ],
  Trilu: [({ e, dy, node, attributes }) => e.builder.op('Trilu', [dy(), node.inputs[1]], attributes), null],
  DepthToSpace: [depthToSpace],
  SpaceToDepth: [
    ({ e, dy, attributes: { blocksize } }) =>
      e.builder.op('DepthToSpace', [dy()], { blocksize, mode: 'DCR' }),
  ],
  ReverseSequence: [
    ({ e, dy, x, attributes }) => e.builder.op('ReverseSequence', [dy(), x(1)], attributes),
    null,
  ],
  Einsum: { kind: 'every input', rule: einsum },
  Scatter: frozen,
  Compress: [compress, null],
  CenterCropPad: [centerCropPad, null],
  GridSample: frozen,
  RoiAlign: frozen,
  OneHot: notDifferentiable('it turns whole numbers into a table.'),
  NonZero: notDifferentiable('it gives positions, whole numbers.'),
}

function refuseReduction({ attributes, refuse }: Call<'ScatterElements' | 'ScatterND'>): void {
  if (attributes.reduction !== 'none' && attributes.reduction !== 'add')
    refuse(`its reduction is ${attributes.reduction}; only none and add have a rule.`)
}

/** Sums into the rows that were read: by position where they are constant and all different, else by a product. */
function gather({ e, dy, x, ints, constant, attributes }: Call<'Gather'>): Value {
  const shape = e.shape(x(0))
  const axis = fromStart(attributes.axis, shape.length)
  const size = shape[axis]
  if (typeof size === 'number' && constant(1) && e.rank(x(1)) <= 1) {
    const positions = (ints(1) ?? []).map(index => fromStart(index, size))
    const grad = e.rank(x(1)) === 0 ? e.unsqueeze(dy(), [axis]) : dy()
    if (new Set(positions).size === positions.length) return spread(e, grad, axis, size, positions)
  }
  return addRows(e, dy(), x(0), x(1), axis)
}

/**
 * dx = one-hot(indices)^T dy with the gathered axis in front. A product with a [reads, size] table of ones and zeros
 * runs on every provider and sums in a fixed order, which a scatter does not promise.
 */
function addRows(e: Emitter, dy: Value, x: Value, indices: Value, axis: number): Value {
  const count = e.rank(indices)
  const others = range(e.rank(x)).filter(at => at !== axis)
  const read = range(count).map(i => axis + i)
  const rest = range(e.rank(dy)).filter(at => !read.includes(at))
  const columns = e.builder.op('Flatten', [e.transpose(dy, [...read, ...rest])], { axis: count })
  const { size, places } = placesAlong(e, x, axis)
  const wrapped = e.builder.op('Mod', [e.cast(indices, 'int64'), size])
  const flat = e.reshape(wrapped, [-1, 1])
  const oneHot = e.indicator(e.builder.op('Equal', [flat, places]), x)
  const rows = e.builder.op('Gemm', [oneHot, columns], { transA: 1 })
  const order = [axis, ...others]
  const shape = order.map(at => e.shape(x)[at])
  const there = reshapeTo(e, rows, shape, () => e.builder.op('Gather', [shapeVector(e, x), e.ints(order)]))
  return e.transpose(there, invert(order))
}

/** How long an axis is, and the numbers from 0 up to that: known, or as the graph runs. */
function placesAlong(e: Emitter, x: Value, axis: number): { size: Value; places: Value } {
  const known = e.shape(x)[axis]
  if (typeof known === 'number') return { size: e.int(known), places: e.ints(range(known)) }
  const size = e.builder.op('Gather', [e.builder.op('Shape', [x]), e.int(axis)])
  return { size, places: e.builder.op('Range', [e.int(0), size, e.int(1)]) }
}

/** What was left out gets zeros; which elements that is must be known. */
function compress({ e, dy, x, constant, attributes, refuse }: Call<'Compress'>): Value {
  const condition = constant(1)
  if (condition?.dtype !== 'bool') return refuse(`its condition ${x(1)} must be a constant for a gradient.`)
  const positions = [...condition.data.entries()].flatMap(([at, kept]) => (kept ? [at] : []))
  const shape = knownShape(e.shape(x(0))) ?? refuse('the size of its input is not known. Give it numbers.')
  if (attributes.axis === undefined) return reshapeLike(e, spread(e, dy(), 0, sizeOf(shape), positions), x(0))
  const axis = fromStart(attributes.axis, shape.length)
  return spread(e, dy(), axis, shape[axis], positions)
}

/** Along each axis either zeros are put back or padding is cut off, the smaller half of them before. */
function centerCropPad({ e, dy, x, ints, attributes, refuse }: Call<'CenterCropPad'>): Value {
  const shape = e.shape(x(0))
  const sizes = ints(1) ?? []
  const axes = (attributes.axes ?? range(shape.length)).map(axis => fromStart(axis, shape.length))
  return axes.reduce((grad, axis, i) => {
    const [from, to] = [shape[axis], sizes[i]]
    if (typeof from === 'string')
      return refuse(`it cuts axis ${axis}, whose size ${from} is not known. Give that dimension a number.`)
    const before = Math.floor(Math.abs(to - from) / 2)
    if (to >= from) return e.slice(grad, axis, before, before + from)
    return spread(
      e,
      grad,
      axis,
      from,
      range(to).map(at => before + at),
    )
  }, dy())
}

/** Blocks of pixels go back into the channels; the two modes order the channels differently. */
function depthToSpace({ e, dy, refuse, attributes: { blocksize, mode } }: Call<'DepthToSpace'>): Value {
  if (mode === 'DCR') return e.builder.op('SpaceToDepth', [dy()], { blocksize })
  const blocks = e.builder.op('SpaceToDepth', [dy()], { blocksize })
  const channels = e.shape(dy())[1]
  if (typeof channels === 'string') return refuse(`the number of channels ${channels} is not known.`)
  // [batch, blocksize^2 channels, h, w] is ordered block first; the input has channels first.
  const area = blocksize * blocksize
  const order = range(channels * area).map(i => (i % area) * channels + Math.floor(i / area))
  return e.builder.op('Gather', [blocks, e.ints(order)], { axis: 1 })
}

/** Of each factor, the gradient is the product of dy with the other factors, summed over what they do not share. */
function einsum({ e, dy, x, attributes, inputCount, refuse }: Call<'Einsum'>, input: number): Value {
  const [left, out] = attributes.equation.replaceAll(' ', '').split('->')
  const terms = left.split(',')
  const own = terms[input]
  const others = range(inputCount).filter(i => i !== input)
  const elsewhere = [out ?? '', ...others.map(i => terms[i])].join('')
  if (out === undefined || left.includes('.') || new Set(own).size < own.length)
    refuse(`the equation ${attributes.equation} has no rule: write out every axis once, and the result.`)
  if ([...own].some(letter => !elsewhere.includes(letter)))
    refuse(`the equation ${attributes.equation} sums an axis of one input alone; use ReduceSum before it.`)
  const equation = `${[out, ...others.map(i => terms[i])].join(',')}->${own}`
  return e.builder.op('Einsum', [dy(), ...others.map(x)], { equation })
}
