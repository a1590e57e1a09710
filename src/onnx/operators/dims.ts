// Arithmetic on dimensions. What depends on a name becomes an expression that is itself a name, written one way
// only, so that two branches that compute the same size are seen to agree: `floor((h - 1) / 2) + 1`.

import type { Dim } from '../graph.js'
import type { InferContext, Shape } from './spec.js'

/** Longer expressions are no use to a reader and cost in every later step: the dimension is then unknown. */
const maxExpression = 80

type MaybeDim = Dim | undefined

export function plus(a: MaybeDim, b: MaybeDim): MaybeDim {
  if (a === undefined || b === undefined) return undefined
  if (typeof a === 'number' && typeof b === 'number') return a + b
  if (typeof a === 'number') return plus(b, a)
  if (typeof b === 'number') {
    const { base, offset } = splitOffset(a)
    const sum = offset + b
    return sum === 0 ? base : bounded(`${base} ${sum < 0 ? '-' : '+'} ${Math.abs(sum)}`)
  }
  const terms = [splitOffset(a), splitOffset(b)]
  const bases = terms.map(term => term.base).sort()
  return plus(bounded(bases.join(' + ')), terms[0].offset + terms[1].offset)
}

export function minus(a: MaybeDim, b: MaybeDim): MaybeDim {
  if (typeof b === 'number') return plus(a, -b)
  if (a === undefined || b === undefined) return undefined
  if (a === b) return 0
  if (typeof a === 'string') {
    const [x, y] = [splitOffset(a), splitOffset(b)]
    if (x.base === y.base) return x.offset - y.offset
  }
  return bounded(`${wrap(a)} - ${wrap(b)}`)
}

export function times(a: MaybeDim, b: MaybeDim): MaybeDim {
  if (a === 0 || b === 0) return 0
  if (a === undefined || b === undefined) return undefined
  const factors = [...factorsOf(a), ...factorsOf(b)]
  return product(factors)
}

/** Rounds down, as whole-number division of sizes does. */
export function floorDivide(a: MaybeDim, b: MaybeDim): MaybeDim {
  if (a === undefined || b === undefined || b === 0) return undefined
  if (b === 1) return a
  if (typeof a === 'number' && typeof b === 'number') return Math.floor(a / b)
  const exact = exactQuotient([a], [b])
  if (exact === undefined && typeof a === 'string' && typeof b === 'number') {
    // floor((floor(x / k) + c) / b) = floor((x + c k) / (k b)): strided layers in a row stay short.
    const { base, offset } = splitOffset(a)
    const inner = /^floor\((.*) \/ (\d+)\)$/.exec(base)
    if (inner && outer(base) === 'floor()') {
      const divisor = Number(inner[2])
      return floorDivide(plus(unwrap(inner[1]), offset * divisor), divisor * b)
    }
  }
  return exact ?? bounded(`floor(${wrap(a)} / ${wrap(b)})`)
}

export function ceilDivide(a: MaybeDim, b: number): MaybeDim {
  return b === 1 ? a : plus(floorDivide(plus(a, -1), b), 1)
}

/**
 * The product of `over` divided by the product of `under` where that is known to come out whole: what `-1` in a
 * Reshape stands for.
 */
export function exactQuotient(over: Shape, under: Shape): MaybeDim {
  const top = over.flatMap(factorsOf)
  const bottom = under.flatMap(factorsOf)
  let number = numbers(top)
  const divisor = numbers(bottom)
  const names = top.filter(factor => typeof factor === 'string')
  for (const name of bottom.filter(factor => typeof factor === 'string')) {
    const at = names.indexOf(name)
    if (at < 0) return undefined
    names.splice(at, 1)
  }
  if (divisor === 0 || number % divisor !== 0) return undefined
  number /= divisor
  return product([number, ...names])
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

function factorsOf(dim: Dim): Dim[] {
  if (typeof dim === 'number' || / [+-] /.test(outer(dim))) return [dim]
  return splitOuter(dim).map(part => (/^\d+$/.test(part) ? Number(part) : unwrap(part)))
}

function product(factors: readonly Dim[]): MaybeDim {
  const number = numbers(factors)
  const names = factors.filter(factor => typeof factor === 'string').sort()
  if (number === 0 || names.length === 0) return number
  if (names.length === 1 && number === 1) return names[0]
  const parts = names.map(wrap)
  return bounded((number === 1 ? parts : [String(number), ...parts]).join(' * '))
}

function numbers(factors: readonly Dim[]): number {
  return factors.reduce((total: number, factor) => (typeof factor === 'number' ? total * factor : total), 1)
}

function splitOffset(name: string): { base: string; offset: number } {
  const match = /^(.*) ([+-]) (\d+)$/.exec(name)
  if (!match || outer(match[1]) !== outer(name).slice(0, outer(match[1]).length))
    return { base: name, offset: 0 }
  return { base: match[1], offset: match[2] === '-' ? -Number(match[3]) : Number(match[3]) }
}

/** The expression with everything inside parentheses left out. */
function outer(expression: string): string {
  let depth = 0
  let out = ''
  for (const c of expression) {
    if (c === ')') depth--
    if (depth === 0) out += c
    if (c === '(') depth++
  }
  return out
}

function splitOuter(expression: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < expression.length; i++) {
    if (expression[i] === '(') depth++
    if (expression[i] === ')') depth--
    if (depth === 0 && expression.startsWith(' * ', i)) {
      parts.push(expression.slice(from, i))
      from = i + 3
    }
  }
  return [...parts, expression.slice(from)]
}

function wrap(dim: Dim): string {
  return typeof dim === 'string' && outer(dim).includes(' ') ? `(${dim})` : String(dim)
}

function unwrap(part: string): string {
  return part.startsWith('(') && outer(part) === '()' ? part.slice(1, -1) : part
}

function bounded(expression: string): MaybeDim {
  return expression.length > maxExpression ? undefined : expression
}
