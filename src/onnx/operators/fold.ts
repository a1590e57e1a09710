// Shape arithmetic followed through a graph: exporters compute sizes with nodes (Shape, Gather, Mul, Concat) and feed
// them to Reshape, Expand, Slice or Resize. Elements are numbers, or names of dimensions, or not known.

import type { Node } from '../graph.js'
import { floorDivide, minus, plus, times } from './dims.js'
import { wholeNumbers } from './reductions.js'
import { slicedRange } from './shaping.js'
import type { InferContext, Known, Shape } from './spec.js'

type Element = Known['elements'][number]

/** More elements than this are data, not sizes. */
export const maxKnownElements = 1024

/** What is known of the elements of each output of a node; most nodes say nothing. */
export function foldNode(
  node: Node,
  context: InferContext,
  outputShape: Shape | undefined,
): readonly (Known | undefined)[] {
  if (node.domain !== '' || !Object.hasOwn(rules, node.op)) return []
  return rules[node.op](context, outputShape).map(known => (known && isSmall(known) ? known : undefined))
}

/** `outputShape` is the first output's, by the operator's own rule. */
type Rule = (context: InferContext, outputShape: Shape | undefined) => readonly (Known | undefined)[]

const rules: Readonly<Record<string, Rule>> = {
  Shape: context => {
    const shape = context.shape(0)
    return [shape && vector(shape.slice(numberOf(context, 'start') ?? 0, numberOf(context, 'end')))]
  },
  Size: context => {
    const shape = context.shape(0)
    const size = shape?.reduce((total: Element, dim) => times(total, dim), 1)
    return [size === undefined ? undefined : { shape: [], elements: [size] }]
  },
  Constant: context => {
    const { value_int: one, value_ints: some } = context.attributes
    if (typeof one === 'number') return [{ shape: [], elements: [one] }]
    return [Array.isArray(some) ? vector(some.map(Number)) : undefined]
  },
  ConstantOfShape: context => {
    const { value } = context.attributes
    const filler = value && typeof value === 'object' && 'data' in value ? Number(value.data[0]) : 0
    const shape = wholeNumbers(context.known(0))
    return [shape && sizeOf(shape) <= maxKnownElements ? fill(shape, () => filler) : undefined]
  },
  Range: context => {
    const [start, limit, delta] = [0, 1, 2].map(i => context.known(i)?.elements[0])
    if (typeof start !== 'number' || typeof limit !== 'number' || typeof delta !== 'number') return []
    const length = Math.ceil((limit - start) / delta)
    return [length >= 0 && length <= maxKnownElements ? fill([length], i => start + i * delta) : undefined]
  },

  Identity: context => [context.known(0)],
  Cast: context => {
    const known = context.known(0)
    const to = String(context.attributes.to)
    const whole = to === 'bool' ? (x: number) => Number(x !== 0) : Math.trunc
    const cast = (e: Element) => (typeof e === 'number' && !/^b?float/.test(to) ? whole(e) : e)
    return [known && { shape: known.shape, elements: known.elements.map(cast) }]
  },
  Reshape: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Flatten: reshaped,
  Expand: context => {
    const [known, shape] = [context.known(0), wholeNumbers(context.known(1))]
    return [
      known?.elements.length === 1 && shape && sizeOf(shape) <= maxKnownElements
        ? fill(shape, () => known.elements[0])
        : undefined,
    ]
  },

  Gather: context => {
    const [data, at] = [context.known(0), context.known(1)]
    if (data?.shape.length !== 1 || !at) return []
    const pick = (i: Element) => (typeof i === 'number' ? data.elements.at(i) : undefined)
    return [{ shape: at.shape, elements: at.elements.map(pick) }]
  },
  Concat: context => {
    const elements: Element[] = []
    for (let i = 0; i < context.inputCount; i++) {
      const part = partOf(context, i)
      if (!part || elements.length + part.length > maxKnownElements) return []
      elements.push(...part)
    }
    return [vector(elements)]
  },
  Slice: context => {
    const data = context.known(0)
    const axes = bounds(context, 'axes', 3)
    // Only along the first axis, as exporters do with sizes.
    const isFirst = (axis: number) => axis === 0 || axis === -(data?.shape.length ?? 0)
    if (!data || data.shape.length === 0 || !axes?.every(isFirst)) return []
    const [starts, ends, steps] = [
      bounds(context, 'starts', 1),
      bounds(context, 'ends', 2),
      bounds(context, 'steps', 4),
    ]
    if (!starts || !ends || !steps) return []
    const [rows, ...rest] = data.shape
    const [step = 1] = steps
    if (step === 0) return []
    const { first, count } = slicedRange(rows, starts[0], ends[0], step)
    const row = sizeOf(rest)
    const at = (i: number) => (first + Math.floor(i / row) * step) * row + (i % row)
    return [fill([count, ...rest], i => data.elements[at(i)])]
  },
  Transpose: context => {
    const data = context.known(0)
    if (data?.shape.length !== 2) return [data?.shape.length === 1 ? data : undefined]
    const [rows, columns] = data.shape
    const { perm } = context.attributes
    if (Array.isArray(perm) && perm[0] === 0) return [data]
    return [fill([columns, rows], i => data.elements[(i % rows) * columns + Math.floor(i / rows)])]
  },
  Split: context => {
    const data = context.known(0)
    if (data?.shape.length !== 1) return []
    const count = context.outputCount
    const even = Math.ceil(data.elements.length / count)
    const sizes =
      context.legacyInts('split') ??
      (context.has(1) ? wholeNumbers(context.known(1)) : Array.from({ length: count }, () => even))
    const rest = [...data.elements]
    return sizes?.map(size => vector(rest.splice(0, size))) ?? []
  },

  Add: pairwise(plus),
  Sub: pairwise(minus),
  Mul: pairwise((a, b) => (isFraction(a) || isFraction(b) ? numeric((x, y) => x * y)(a, b) : times(a, b))),
  Div: (context, shape) => (isFloat(context) ? floatQuotient : wholeQuotient)(context, shape),
  Mod: pairwise(numeric((a, b) => a - b * Math.floor(a / b))),
  Min: pairwise((a, b) => (a === b ? a : numeric(Math.min)(a, b))),
  Max: pairwise((a, b) => (a === b ? a : numeric(Math.max)(a, b))),
  Pow: pairwise(numeric((a, b) => a ** b)),
  Equal: pairwise((a, b) => (a !== undefined && a === b ? 1 : neverEqual(a, b) ? 0 : undefined)),
  Less: pairwise(numeric((a, b) => Number(a < b))),
  LessOrEqual: pairwise(numeric((a, b) => Number(a <= b))),
  Greater: pairwise(numeric((a, b) => Number(a > b))),
  GreaterOrEqual: pairwise(numeric((a, b) => Number(a >= b))),
  And: pairwise(numeric((a, b) => a && b)),
  Or: pairwise(numeric((a, b) => a || b)),
  Not: single(x => Number(!x)),
  Neg: single(x => -x),
  Abs: single(Math.abs),
  Floor: rounding(Math.floor),
  Ceil: rounding(Math.ceil),
  Round: rounding(x => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))),
  Where: context => {
    const [test, a, b] = [context.known(0), context.known(1), context.known(2)]
    if (!test || !a || !b) return []
    const shape = broadcastShape(broadcastShape(test.shape, a.shape), b.shape)
    return [shape && fill(shape, i => choose(at(test, shape, i), at(a, shape, i), at(b, shape, i)))]
  },
  ReduceProd: context => {
    const known = context.known(0)
    // Only over everything, which is all that exporters do with sizes.
    if (!known || known.shape.length > 1) return []
    const total = known.elements.reduce((product: Element, e) => times(product, e), 1)
    return [{ shape: context.attributes.keepdims ? known.shape.map(() => 1) : [], elements: [total] }]
  },
}

const floatQuotient = pairwise(numeric((a, b) => a / b))
/** Rounds towards zero; what has names is a size, not negative. */
const wholeQuotient = pairwise((a, b) => numeric((x, y) => Math.trunc(x / y))(a, b) ?? floorDivide(a, b))

/** The elements stay in order; only the shape changes. */
function reshaped(context: InferContext, outputShape: Shape | undefined): readonly (Known | undefined)[] {
  const known = context.known(0)
  const shape = outputShape?.filter(dim => typeof dim === 'number')
  if (!known || !shape || shape.length !== outputShape?.length) return []
  return [sizeOf(shape) === known.elements.length ? { shape, elements: known.elements } : undefined]
}

/** Element by element, each operand repeated along the dimensions in which it has one. */
function pairwise(apply: (a: Element, b: Element) => Element): Rule {
  return context => {
    const [a, b] = [context.known(0), context.known(1)]
    if (!a || !b || context.inputCount !== 2) return []
    const shape = broadcastShape(a.shape, b.shape)
    return [shape && fill(shape, i => safe(apply(at(a, shape, i), at(b, shape, i))))]
  }
}

/** Undefined where they do not fit, or come to too many elements. */
function broadcastShape(
  a: readonly number[] | undefined,
  b: readonly number[],
): readonly number[] | undefined {
  if (!a) return undefined
  const rank = Math.max(a.length, b.length)
  const pairs = Array.from({ length: rank }, (_, i) => [
    a[i - rank + a.length] ?? 1,
    b[i - rank + b.length] ?? 1,
  ])
  if (pairs.some(([x, y]) => x !== y && x !== 1 && y !== 1)) return undefined
  const shape = pairs.map(([x, y]) => (x === 1 ? y : x))
  return sizeOf(shape) <= maxKnownElements ? shape : undefined
}

/** The element that stands at position `i` of a tensor of `shape` that this one is repeated to. */
function at({ shape: own, elements }: Known, shape: readonly number[], i: number): Element {
  let [position, step, rest] = [0, 1, i]
  for (let back = 1; back <= own.length; back++) {
    const [dim, whole] = [own[own.length - back], shape[shape.length - back]]
    if (dim > 1) position += (rest % whole) * step
    rest = Math.floor(rest / whole)
    step *= dim
  }
  return elements[position]
}

function single(apply: (x: number) => number): Rule {
  return context => {
    const known = context.known(0)
    const all = known?.elements.map(e => (typeof e === 'number' ? apply(e) : undefined))
    return [known && all && { shape: known.shape, elements: all }]
  }
}

/** What a name stands for is whole already. */
function rounding(apply: (x: number) => number): Rule {
  return context => {
    const known = context.known(0)
    const all = known?.elements.map(e => (typeof e === 'number' ? apply(e) : e))
    return [known && all && { shape: known.shape, elements: all }]
  }
}

function numeric(apply: (a: number, b: number) => number): (a: Element, b: Element) => Element {
  return (a, b) => (typeof a === 'number' && typeof b === 'number' ? apply(a, b) : undefined)
}

/** A name stands for a size, which is not negative. */
function neverEqual(a: Element, b: Element): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a !== b
  return (typeof a === 'string' && Number(b) < 0) || (typeof b === 'string' && Number(a) < 0)
}

function choose(test: Element, a: Element, b: Element): Element {
  if (typeof test === 'number') return test ? a : b
  return a === b ? a : undefined
}

/** A result that a double cannot hold exactly is not a size. */
function safe(element: Element): Element {
  return typeof element === 'number' && !(Math.abs(element) <= Number.MAX_SAFE_INTEGER) ? undefined : element
}

/** The elements of one input of a Concat, or as many unknown ones where only the length is known. */
function partOf(context: InferContext, input: number): readonly Element[] | undefined {
  const known = context.known(input)
  if (known) return known.shape.length === 1 ? known.elements : undefined
  const shape = context.shape(input)
  const [length] = shape ?? []
  const isVector = shape?.length === 1 && typeof length === 'number' && length <= maxKnownElements
  return isVector ? Array.from({ length }, () => undefined) : undefined
}

function bounds(context: InferContext, name: string, input: number): readonly number[] | undefined {
  return context.legacyInts(name) ?? (context.has(input) ? wholeNumbers(context.known(input)) : [])
}

function isFloat(context: InferContext): boolean {
  return context.dtype(0)?.includes('float') ?? false
}

function isFraction(element: Element): boolean {
  return typeof element === 'number' && !Number.isInteger(element)
}

function numberOf(context: InferContext, attribute: string): number | undefined {
  const value = context.attributes[attribute]
  return typeof value === 'number' ? value : undefined
}

function vector(elements: readonly Element[]): Known {
  return { shape: [elements.length], elements }
}

function fill(shape: readonly number[], element: (i: number) => Element): Known {
  return { shape, elements: Array.from({ length: sizeOf(shape) }, (_, i) => element(i)) }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1)
}

function isSmall(known: Known): boolean {
  return known.elements.length <= maxKnownElements
}
