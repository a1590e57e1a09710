import type { Dim } from '../graph.js'
import { axisOf, exactQuotient, floorDivide, plus, times } from './dims.js'
import {
  type InferContext,
  int,
  type Operator,
  type Outcome,
  operator,
  optional,
  required,
  type Shape,
  string,
} from './spec.js'

const first = (context: InferContext): Outcome[] => [context.shape(0)]

/** Rows of x picked by the last axis of the indices. */
function gatherND(context: InferContext<{ batch_dims: ReturnType<typeof int> }>): Outcome[] {
  const [x, indices] = [context.shape(0), context.shape(1)]
  const depth = indices?.at(-1)
  if (!x || !indices || typeof depth !== 'number') return [undefined]
  const { batch_dims: batch } = context.attributes
  if (batch + depth > x.length)
    context.fail(`indices [${indices.join(', ')}] reach deeper than the data [${x.join(', ')}]`)
  return [[...indices.slice(0, -1), ...x.slice(batch + depth)]]
}

/** [n, c, h, w] with blocks of pixels moved out of the channels, or into them. */
function blocks(
  context: InferContext<{ blocksize: ReturnType<typeof required<'int'>> }>,
  grow: boolean,
): Outcome[] {
  const x = context.shape(0)
  if (!x) return [undefined]
  if (x.length !== 4)
    context.fail(`the input must be [batch, channels, height, width], but is [${x.join(', ')}]`)
  const { blocksize } = context.attributes
  if (blocksize < 1) context.fail(`blocksize must be at least 1, but is ${blocksize}`)
  const area = blocksize * blocksize
  const divided = (dim: Dim, by: number) => {
    if (typeof dim === 'number' && dim % by !== 0)
      context.fail(`${dim} in [${x.join(', ')}] must be a multiple of ${by}`)
    return exactQuotient([dim], [by]) ?? floorDivide(dim, by)
  }
  const [n, c, h, w] = x
  const out = grow
    ? [n, divided(c, area), times(h, blocksize), times(w, blocksize)]
    : [n, times(c, area), divided(h, blocksize), divided(w, blocksize)]
  return [out.map((dim, axis) => dim ?? context.unknown(axis))]
}

function topK(context: InferContext<{ axis: ReturnType<typeof int> }>): Outcome[] {
  const x = context.shape(0)
  if (!x) return [undefined, undefined]
  const axis = axisOf(context, context.attributes.axis, x.length)
  const dims = x.with(axis, context.known(1)?.elements[0] ?? context.unknown(axis))
  return [dims, dims]
}

function oneHot(context: InferContext<{ axis: ReturnType<typeof int> }>): Outcome[] {
  const x = context.shape(0)
  if (!x) return [undefined]
  const axis = axisOf(context, context.attributes.axis, x.length + 1)
  return [x.toSpliced(axis, 0, context.known(1)?.elements[0] ?? context.unknown(axis))]
}

/** The subscripts of an Einsum name each dimension; an ellipsis stands for those that broadcast. */
function einsum(context: InferContext<{ equation: ReturnType<typeof required<'string'>> }>): Outcome[] {
  const [left, right] = context.attributes.equation.replaceAll(' ', '').split('->')
  const terms = left.split(',')
  if (terms.length !== context.inputCount)
    context.fail(
      `equation ${context.attributes.equation} is for ${terms.length} inputs, not ${context.inputCount}`,
    )
  if (right === undefined || left.includes('.')) return [undefined]
  const sizes = new Map<string, Dim>()
  for (const [i, term] of terms.entries()) {
    const shape = context.shape(i)
    if (!shape) return [undefined]
    if (shape.length !== term.length)
      context.fail(`input ${i} [${shape.join(', ')}] must have the axes ${term}`)
    for (const [axis, letter] of [...term].entries()) {
      const known = sizes.get(letter)
      const differs = typeof known === 'number' && typeof shape[axis] === 'number' && known !== shape[axis]
      if (differs && known !== 1 && shape[axis] !== 1)
        context.fail(`axis ${letter} is both ${known} and ${shape[axis]}`)
      if (known === undefined || known === 1 || typeof known === 'string') sizes.set(letter, shape[axis])
    }
  }
  return [[...right].map((letter, axis) => sizes.get(letter) ?? context.unknown(axis))]
}

function unknownRows(context: InferContext, rank: Dim | undefined): Shape {
  return [rank ?? context.unknown(0), context.unknown(1)]
}

export const indexing = {
  GatherElements: operator('data:T indices:I', 'output:T', { axis: int(0) }, context => [context.shape(1)]),
  GatherND: operator('data:T indices:int64', 'output:T', { batch_dims: int(0) }, gatherND),
  ScatterElements: operator(
    'data:T indices:I updates:T',
    'output:T',
    { axis: int(0), reduction: string('none') },
    first,
  ),
  ScatterND: operator('data:T indices:int64 updates:T', 'output:T', { reduction: string('none') }, first),
  DepthToSpace: operator(
    'input:T',
    'output:T',
    { blocksize: required('int'), mode: string('DCR') },
    context => blocks(context, true),
  ),
  SpaceToDepth: operator(
    'input:T',
    'output:T',
    { blocksize: required('int') },
    context => blocks(context, false),
    { others: { mode: { kind: 'string', since: 28 } } },
  ),
  TopK: operator(
    'X:N K@10:int64',
    'Values:N Indices:int64',
    { axis: int(-1), largest: int(1), sorted: int(1) },
    topK,
    { others: { k: { kind: 'int', until: 10 } } },
  ),
  Trilu: operator('input:T k?:int64', 'output:T', { upper: int(1) }, first),
  OneHot: operator('indices:N1 depth:N2 values:T', 'output:T', { axis: int(-1) }, oneHot),
  NonZero: operator('X:T', 'Y:int64', {}, context => [unknownRows(context, context.shape(0)?.length)]),
  Compress: operator('input:T condition:bool', 'output:T', { axis: optional('int') }, context => {
    const x = context.shape(0)
    const { axis } = context.attributes
    const condition = context.constant(1)
    const kept = condition?.dtype === 'bool' ? condition.data.filter(value => value !== 0).length : undefined
    if (axis === undefined) return [[kept ?? context.unknown(0)]]
    return [x?.with(axisOf(context, axis, x.length), kept ?? context.unknown(axis))]
  }),
  ReverseSequence: operator(
    'input:T sequence_lens:int64',
    'Y:T',
    { batch_axis: int(1), time_axis: int(0) },
    first,
  ),
  Einsum: operator('inputs*:N', 'Output:N', { equation: required('string') }, einsum),
  GridSample: operator(
    'X:T grid:F',
    'Y:T',
    { align_corners: int(0), mode: string('linear'), padding_mode: string('zeros') },
    context => {
      const [x, grid] = [context.shape(0), context.shape(1)]
      return [x && grid && [x[0], x[1], ...grid.slice(1, -1)]]
    },
  ),
  RoiAlign: operator(
    'X:F rois:F batch_indices:int64',
    'Y:F',
    {
      coordinate_transformation_mode: string('half_pixel'),
      mode: string('avg'),
      output_height: int(1),
      output_width: int(1),
      sampling_ratio: int(0),
      spatial_scale: { kind: 'float', presence: 'defaulted', fallback: 1 },
    },
    context => {
      const [x, rois] = [context.shape(0), context.shape(1)]
      const { output_height: height, output_width: width } = context.attributes
      return [x && rois && [rois[0], x[1], height, width]]
    },
  ),
  Scatter: operator('data:T indices:I updates:T', 'output:T', { axis: int(0) }, first, { until: 11 }),
  CenterCropPad: operator('input_data:T shape:I', 'output_data:T', { axes: optional('ints') }, context => {
    const x = context.shape(0)
    const sizes = context.known(1)?.elements
    const axes = context.attributes.axes ?? [...(x?.keys() ?? [])]
    const at = x && axes.map(axis => axisOf(context, axis, x.length))
    return [
      x?.map((dim, axis) =>
        at?.includes(axis) ? (sizes?.[at.indexOf(axis)] ?? context.unknown(axis)) : dim,
      ),
    ]
  }),
  Range: operator(
    'start:N limit:N delta:N',
    'output:N',
    {},
    context => {
      const [start, limit, delta] = [0, 1, 2].map(i => context.known(i)?.elements[0])
      if (typeof start === 'number' && typeof limit === 'number' && typeof delta === 'number' && delta !== 0)
        return [[Math.max(0, Math.ceil((limit - start) / delta))]]
      const size = start === 0 && delta === 1 ? plus(limit, 0) : undefined
      return [[size ?? context.unknown(0)]]
    },
    { others: { stash_type: { kind: 'int', since: 27 } } },
  ),
} satisfies Record<string, Operator>
