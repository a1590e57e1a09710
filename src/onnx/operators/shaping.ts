import type { Dim } from '../graph.js'
import { axisOf, broadcastShapes, exactQuotient, floorDivide, plus, times } from './dims.js'
import { axesOf, wholeNumbers } from './reductions.js'
import {
  type InferContext,
  int,
  type Known,
  type Operator,
  type Outcome,
  operator,
  optional,
  required,
  type Shape,
  string,
} from './spec.js'

/** More dimensions than any runtime takes: a longer list of sizes is a mistake or an attack. */
const maxRank = 64

/** A shape that another input holds, with a name for every size not known; undefined when its rank is not. */
export function shapeIn(context: InferContext, input: number): Shape | undefined {
  const known = context.known(input)
  if (known) return known.elements.map((size, axis) => size ?? context.unknown(axis))
  const [rank] = context.shape(input) ?? []
  if (typeof rank !== 'number' || rank > maxRank) return undefined
  return Array.from({ length: rank }, (_, axis) => context.unknown(axis))
}

function reshape(context: InferContext<{ allowzero: ReturnType<typeof int> }>): Outcome[] {
  const x = context.shape(0)
  const legacy = context.legacyInts('shape')
  const known: Known | undefined = legacy ? { shape: [legacy.length], elements: legacy } : context.known(1)
  if (!known) return [shapeIn(context, 1)]
  const target = known.elements.map((size, axis) => {
    if (size !== 0 || context.attributes.allowzero) return size
    if (x && axis >= x.length)
      context.fail(`0 at position ${axis} of the shape, but the input is [${x.join(', ')}]`)
    return x?.[axis]
  })
  const free = target.flatMap((size, axis) => (size === -1 ? [axis] : []))
  if (free.length > 1) context.fail(`the shape [${target.join(', ')}] may have at most one -1`)
  const rest = target.filter(size => size !== -1)
  if (free.length === 1 && x && rest.every(size => size !== undefined))
    target[free[0]] = exactQuotient(x, rest) ?? context.unknown(free[0])
  const out = target.map((size, axis) => (size === undefined || size === -1 ? context.unknown(axis) : size))
  refuseOtherSize(context, x, out)
  return [out]
}

function refuseOtherSize(context: InferContext, x: Shape | undefined, out: Shape): void {
  const size = (shape: Shape) =>
    shape.every(dim => typeof dim === 'number')
      ? shape.reduce((n: number, dim) => n * Number(dim), 1)
      : undefined
  const [before, after] = [x && size(x), size(out)]
  if (before !== undefined && after !== undefined && before !== after)
    context.fail(`cannot reshape [${x?.join(', ')}] of ${before} elements to [${out.join(', ')}] of ${after}`)
}

function squeeze(context: InferContext): Outcome[] {
  const x = context.shape(0)
  const axes = axesOf(context)
  if (!x || axes === undefined) return [undefined]
  if (axes === 'absent')
    return [x.some(dim => typeof dim === 'string') ? undefined : x.filter(dim => dim !== 1)]
  const gone = new Set(axes.map(axis => axisOf(context, axis, x.length)))
  for (const axis of gone)
    if (typeof x[axis] === 'number' && x[axis] !== 1)
      context.fail(`axis ${axis} of [${x.join(', ')}] must be 1 to be squeezed`)
  return [x.filter((_, axis) => !gone.has(axis))]
}

function unsqueeze(context: InferContext): Outcome[] {
  const x = context.shape(0)
  const axes = axesOf(context)
  if (!x || axes === undefined || axes === 'absent') return [undefined]
  const rank = x.length + axes.length
  const added = new Set(axes.map(axis => axisOf(context, axis, rank)))
  if (added.size !== axes.length) context.fail(`axes [${axes.join(', ')}] name one dimension twice`)
  const rest = x.values()
  return [Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.next().value ?? 1)))]
}

function concat(context: InferContext<{ axis: ReturnType<typeof required<'int'>> }>): Outcome[] {
  const shapes = Array.from({ length: context.inputCount }, (_, i) => context.shape(i))
  const first = shapes.find(shape => shape !== undefined)
  if (!first) return [undefined]
  const axis = axisOf(context, context.attributes.axis, first.length)
  let total: Dim | undefined = 0
  const out = [...first]
  for (const [i, shape] of shapes.entries()) {
    if (shape && shape.length !== first.length)
      context.fail(`input ${i} has rank ${shape.length}, the others ${first.length}`)
    total = plus(total, shape?.[axis])
    for (const [at, dim] of shape?.entries() ?? []) {
      if (at === axis || dim === out[at] || typeof dim === 'string') continue
      if (typeof out[at] === 'number')
        context.fail(
          `input ${i} [${shape?.join(', ')}] must agree with [${first.join(', ')}] outside axis ${axis}`,
        )
      out[at] = dim
    }
  }
  return [out.with(axis, total ?? context.unknown(axis))]
}

function split(
  context: InferContext<{ axis: ReturnType<typeof int>; num_outputs: ReturnType<typeof optional<'int'>> }>,
): Outcome[] {
  const x = context.shape(0)
  const count = context.outputCount
  if (!x) return Array.from({ length: count }, () => undefined)
  const axis = axisOf(context, context.attributes.axis, x.length)
  const given = context.legacyInts('split') ?? (context.has(1) ? context.known(1)?.elements : undefined)
  if (given && given.length !== count) context.fail(`split has ${given.length} sizes for ${count} outputs`)
  const total = x[axis]
  if (given && typeof total === 'number' && given.every(size => typeof size === 'number')) {
    const sum = given.reduce((n: number, size) => n + Number(size), 0)
    if (sum !== total) context.fail(`split sizes [${given.join(', ')}] must add up to ${total}`)
  }
  return Array.from({ length: count }, (_, i) => {
    const size = given || context.has(1) ? given?.[i] : evenPart(total, i, count)
    return x.with(axis, size ?? context.unknown(axis, i))
  })
}

/** Equal parts rounded up; the last has the rest. */
function evenPart(total: Dim, index: number, count: number): Dim | undefined {
  if (typeof total === 'string') return floorDivide(total, count)
  const part = Math.ceil(total / count)
  return index < count - 1 ? part : total - part * (count - 1)
}

function slice(context: InferContext): Outcome[] {
  const x = context.shape(0)
  if (!x) return [undefined]
  const read = (name: string, input: number) =>
    context.legacyInts(name) ?? (context.has(input) ? context.known(input)?.elements : [])
  const [starts, ends, axes, steps] = [read('starts', 1), read('ends', 2), read('axes', 3), read('steps', 4)]
  if (!starts || !ends || !axes || !steps) return [touched(context, x, axes)]
  const out = [...x]
  for (const [i, start] of starts.entries()) {
    const given = axes.length > 0 ? axes[i] : i
    if (typeof given !== 'number') return [x.map((_, axis) => context.unknown(axis))]
    const axis = axisOf(context, given, x.length)
    out[axis] = slicedSize(x[axis], start, ends[i], steps.length > 0 ? steps[i] : 1) ?? context.unknown(axis)
  }
  return [out]
}

/** When the bounds are not known, only the dimensions that are not sliced are. */
function touched(context: InferContext, x: Shape, axes: readonly (Dim | undefined)[] | undefined): Shape {
  const known = axes?.length ? axes.map(axis => (typeof axis === 'number' ? axis : undefined)) : [undefined]
  const all = known.includes(undefined)
  const cut = new Set(known.map(axis => (axis !== undefined && axis < 0 ? axis + x.length : axis)))
  return x.map((dim, axis) => (all || cut.has(axis) ? context.unknown(axis) : dim))
}

type Bound = Dim | undefined

export function slicedSize(size: Bound, start: Bound, end: Bound, step: Bound): Dim | undefined {
  if (
    typeof size === 'number' &&
    typeof start === 'number' &&
    typeof end === 'number' &&
    typeof step === 'number'
  )
    return step === 0 ? undefined : slicedRange(size, start, end, step).count
  if (step !== 1 || size === undefined) return undefined
  // Sizes with names: whole, and cut by a fixed number at either end.
  const toEnd = end === size || (typeof end === 'number' && end >= 2 ** 31 - 1)
  if (toEnd && start === 0) return size
  if (start === 0 && typeof end === 'number' && end < 0) return plus(size, end)
  if (toEnd && typeof start === 'number' && start < 0) return undefined
  return toEnd && typeof start === 'number' ? plus(size, -start) : undefined
}

/** The positions a slice takes: from `first`, `count` of them. Unlike numpy's, ONNX's start never lies before the first. */
export function slicedRange(
  size: number,
  start: number,
  end: number,
  step: number,
): { first: number; count: number } {
  const clamp = (at: number, low: number, high: number) =>
    Math.min(Math.max(at < 0 ? at + size : at, low), high)
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1]
  const first = clamp(start, 0, high)
  const count = Math.ceil((clamp(end, low, high) - first) / step)
  return { first, count: Math.max(0, count) }
}

function gather(context: InferContext<{ axis: ReturnType<typeof int> }>): Outcome[] {
  const [x, indices] = [context.shape(0), context.shape(1)]
  if (!x || !indices) return [undefined]
  const axis = axisOf(context, context.attributes.axis, x.length)
  return [[...x.slice(0, axis), ...indices, ...x.slice(axis + 1)]]
}

function transpose(context: InferContext<{ perm: ReturnType<typeof optional<'ints'>> }>): Outcome[] {
  const x = context.shape(0)
  if (!x) return [undefined]
  const perm = context.attributes.perm ?? [...x.keys()].reverse()
  if (
    perm.length !== x.length ||
    new Set(perm).size !== perm.length ||
    perm.some(axis => x[axis] === undefined)
  )
    context.fail(`perm must order the axes 0 to ${x.length - 1}, but is [${perm.join(', ')}]`)
  return [perm.map(axis => x[axis])]
}

function flatten(context: InferContext<{ axis: ReturnType<typeof int> }>): Outcome[] {
  const x = context.shape(0)
  if (!x) return [undefined]
  const given = context.attributes.axis
  const axis = given === x.length ? given : axisOf(context, given, x.length)
  const product = (dims: Shape, at: number) =>
    dims.reduce((total: Dim | undefined, dim) => times(total, dim), 1) ?? context.unknown(at)
  return [[product(x.slice(0, axis), 0), product(x.slice(axis), 1)]]
}

function expand(context: InferContext): Outcome[] {
  const target = shapeIn(context, 1)
  return [target && broadcastShapes(context, [context.shape(0), target])]
}

function pad(context: InferContext): Outcome[] {
  const x = context.shape(0)
  if (!x) return [undefined]
  const pads = context.legacyInts('pads') ?? context.known(1)?.elements
  const axes = context.has(3) ? wholeNumbers(context.known(3)) : [...x.keys()]
  if (!pads || !axes) return [x.map((_, axis) => context.unknown(axis))]
  if (pads.length !== 2 * axes.length)
    context.fail(`pads must have ${2 * axes.length} numbers, but has ${pads.length}`)
  const out = [...x]
  for (const [i, given] of axes.entries()) {
    const axis = axisOf(context, given, x.length)
    out[axis] = plus(x[axis], plus(pads[i], pads[i + axes.length])) ?? context.unknown(axis)
  }
  return [out]
}

function tile(context: InferContext): Outcome[] {
  const x = context.shape(0)
  const repeats = context.known(1)?.elements
  return [x?.map((dim, axis) => times(dim, repeats?.[axis]) ?? context.unknown(axis))]
}

export const shaping = {
  Reshape: operator('data:T shape@5:int64', 'reshaped:T', { allowzero: int(0) }, reshape, {
    others: { shape: { kind: 'ints', until: 5 } },
  }),
  Flatten: operator('input:T', 'output:T', { axis: int(1) }, flatten),
  Squeeze: operator('data:T axes@13?:int64', 'squeezed:T', {}, squeeze, {
    others: { axes: { kind: 'ints', until: 13 } },
  }),
  Unsqueeze: operator('data:T axes@13:int64', 'expanded:T', {}, unsqueeze, {
    others: { axes: { kind: 'ints', until: 13 } },
  }),
  Transpose: operator('data:T', 'transposed:T', { perm: optional('ints') }, transpose),
  Concat: operator('inputs*:T', 'concat_result:T', { axis: required('int') }, concat),
  Split: operator(
    'input:T split@13?:int64',
    'outputs*:T',
    { axis: int(0), num_outputs: optional('int') },
    split,
    {
      others: { split: { kind: 'ints', until: 13 } },
    },
  ),
  Slice: operator('data:T starts@10:I ends@10:I axes@10?:I steps@10?:I', 'output:T', {}, slice, {
    others: {
      starts: { kind: 'ints', until: 10 },
      ends: { kind: 'ints', until: 10 },
      axes: { kind: 'ints', until: 10 },
    },
  }),
  Gather: operator('data:T indices:I', 'output:T', { axis: int(0) }, gather),
  Expand: operator('input:T shape:int64', 'output:T', {}, expand),
  Pad: operator(
    'data:T pads@11:int64 constant_value@11?:T axes@18?:I',
    'output:T',
    { mode: string('constant') },
    pad,
    {
      others: { pads: { kind: 'ints', until: 11 }, value: { kind: 'float', until: 11 } },
    },
  ),
  Tile: operator('input:T repeats:int64', 'output:T', {}, tile),
} satisfies Record<string, Operator>
