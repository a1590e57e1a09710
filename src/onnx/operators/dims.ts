// Arithmetic on dimensions. What depends on a name becomes an expression that is itself a name, written one way
// only, so that two branches that compute the same size are seen to agree: `floor((h - 1) / 2) + 1`.

import type { Dim } from '../graph.js'
import {
  add,
  factors,
  maxExpression,
  outer,
  parseLinear,
  printLinear,
  printProduct,
  scale,
  wrap,
} from './linear.js'
import type { InferContext, Shape } from './spec.js'

type MaybeDim = Dim | undefined

export function plus(a: MaybeDim, b: MaybeDim): MaybeDim {
  if (a === undefined || b === undefined) return undefined
  if (typeof a === 'number' && typeof b === 'number') return a + b
  return bounded(printLinear(add(parseLinear(a), parseLinear(b))))
}

export function minus(a: MaybeDim, b: MaybeDim): MaybeDim {
  if (a === undefined || b === undefined) return undefined
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return bounded(printLinear(add(parseLinear(a), parseLinear(b), -1)))
}

export function times(a: MaybeDim, b: MaybeDim): MaybeDim {
  if (a === 0 || b === 0) return 0
  if (a === undefined || b === undefined) return undefined
  if (typeof a === 'number' && typeof b === 'number') return a * b
  if (typeof a === 'number') return bounded(printLinear(scale(parseLinear(b), a)))
  if (typeof b === 'number') return times(b, a)
  return productOf([a, b])
}

/** Rounds down, as whole-number division of sizes does. */
export function floorDivide(a: MaybeDim, b: MaybeDim): MaybeDim {
  if (a === undefined || b === undefined || b === 0) return undefined
  if (b === 1) return a
  if (typeof a === 'number' && typeof b === 'number') return Math.floor(a / b)
  if (typeof b === 'string') return exactQuotient([a], [b]) ?? bounded(`floor(${wrap(a)} / ${wrap(b)})`)
  // What divides goes outside: floor((4 h + w + 5) / 4) = h + floor((w + 1) / 4) + 1.
  const { terms, offset } = parseLinear(a)
  const divides = (coefficient: number) => coefficient % b === 0
  const whole = Array.from(terms).filter(([, coefficient]) => divides(coefficient))
  const rest = Array.from(terms).filter(([, coefficient]) => !divides(coefficient))
  const quotient = scale({ terms: new Map(whole), offset: Math.floor(offset / b) * b }, 1 / b)
  if (rest.length === 0) return bounded(printLinear(quotient))
  const remainder = offset - Math.floor(offset / b) * b
  const inner = floorOf(printLinear({ terms: new Map(rest), offset: remainder }), remainder, b)
  return inner && bounded(printLinear(add(quotient, parseLinear(inner))))
}

/** floor((floor(x / k) + c) / b) = floor((x + c k) / (k b)): strided layers in a row stay short. */
function floorOf(sum: Dim, remainder: number, b: number): MaybeDim {
  const base = minus(sum, remainder)
  const nested =
    typeof base === 'string' && outer(base) === 'floor()' ? /^floor\((.*) \/ (\d+)\)$/.exec(base) : null
  if (!nested) return `floor(${wrap(sum)} / ${b})`
  const divisor = Number(nested[2])
  const x = nested[1].startsWith('(') && outer(nested[1]) === '()' ? nested[1].slice(1, -1) : nested[1]
  return floorDivide(plus(x, remainder * divisor), divisor * b)
}

export function ceilDivide(a: MaybeDim, b: number): MaybeDim {
  return b === 1 ? a : plus(floorDivide(plus(a, -1), b), 1)
}

/**
 * The product of `over` divided by the product of `under` where that is known to come out whole: what `-1` in a
 * Reshape stands for.
 */
export function exactQuotient(over: Shape, under: Shape): MaybeDim {
  const [top, bottom] = [over.map(factors), under.map(factors)]
  const names = top.flatMap(part => part.names)
  for (const name of bottom.flatMap(part => part.names)) {
    const at = names.indexOf(name)
    if (at < 0) return undefined
    names.splice(at, 1)
  }
  const product = (parts: typeof top) => parts.reduce((total, part) => total * part.number, 1)
  const divisor = product(bottom)
  if (divisor === 0 || product(top) % divisor !== 0) return undefined
  return productOf([product(top) / divisor, ...names])
}

/** Dimensions of two operands broadcast together (numpy's rule). */
export function broadcastShapes(
  context: InferContext,
  shapes: readonly (Shape | undefined)[],
): Shape | undefined {
  let out: Shape | undefined = []
  for (const shape of shapes) {
    if (shape === undefined || out === undefined) return undefined
    out = broadcastPair(context, out, shape)
  }
  return out
}

function broadcastPair(context: InferContext, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1
    const y = b[axis - rank + b.length] ?? 1
    if (x === y || y === 1) return x
    if (x === 1) return y
    if (typeof x === 'string' && typeof y === 'string') return context.unknown(axis)
    if (typeof x === 'string') return y
    if (typeof y === 'string') return x
    return context.fail(`shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast together`)
  })
}

/** An axis counted from either end, as a position; refused outside the rank. */
export function axisOf(context: InferContext, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank)
    context.fail(`axis must be from ${-rank} to ${rank - 1} for a tensor of rank ${rank}, but is ${axis}`)
  return axis < 0 ? axis + rank : axis
}

function productOf(dims: Shape): MaybeDim {
  const parts = dims.map(factors)
  const number = parts.reduce((total, part) => total * part.number, 1)
  const names = parts.flatMap(part => part.names)
  if (number === 0 || names.length === 0) return number
  // A single sum is multiplied out, so that it can be added to.
  const product = names.length === 1 ? names[0] : printProduct(names)
  return bounded(printLinear(scale(parseLinear(product), number)))
}

function bounded(dim: Dim): MaybeDim {
  return typeof dim === 'string' && dim.length > maxExpression ? undefined : dim
}
