// Sizes with names as sums of products, so that one size is written one way: `2 * height + 1`. What is no sum or
// product (a floor) is a name to the rest.

import type { Dim } from '../graph.js'

/** Longer expressions are no use to a reader and cost in every later step: the dimension is then unknown. */
export const maxExpression = 80

/** Sum of coefficient times product of names, plus a number. The products are written out as keys. */
export interface Linear {
  readonly terms: ReadonlyMap<string, number>
  readonly offset: number
}

/** A network asks for the same few sizes over and over. */
const parsed = new Map<string, Linear>()
const maxParsed = 4096

export function parseLinear(dim: Dim): Linear {
  if (typeof dim === 'number') return { terms: new Map(), offset: dim }
  // A longer name was not written here; a file may hold one that is made to be slow to take apart.
  if (dim.length > maxExpression) return { terms: new Map([[dim, 1]]), offset: 0 }
  const found = parsed.get(dim)
  if (found) return found
  if (parsed.size >= maxParsed) parsed.clear()
  const linear = parseSum(dim)
  parsed.set(dim, linear)
  return linear
}

function parseSum(text: string): Linear {
  return splitOuter(` + ${text}`, / [+-] /y)
    .map(({ sign, text }) => scale(parseTerm(text), sign === ' - ' ? -1 : 1))
    .reduce((sum, term) => add(sum, term))
}

function parseTerm(text: string): Linear {
  const parts = factorsOf(text)
  const isNumber = (part: string) => /^\d+$/.test(part)
  const number = parts.filter(isNumber).reduce((product, part) => product * Number(part), 1)
  const names = parts.filter(part => !isNumber(part))
  if (names.length === 0) return { terms: new Map(), offset: number }
  if (names.length === 1 && / [+-] /.test(outer(names[0]))) return scale(parseSum(names[0]), number)
  return { terms: new Map([[printProduct(names), number]]), offset: 0 }
}

export function printLinear({ terms, offset }: Linear): Dim {
  const parts = [...terms]
    .filter(([, coefficient]) => coefficient !== 0)
    // What is added comes first, so that none begins with a minus where that can be helped.
    .sort(([a, m], [b, n]) => Number(m < 0) - Number(n < 0) || (a < b ? -1 : 1))
    .map(
      ([key, coefficient]) =>
        [
          Math.sign(coefficient),
          Math.abs(coefficient) === 1 ? key : `${Math.abs(coefficient)} * ${key}`,
        ] as const,
    )
  if (parts.length === 0) return offset
  if (offset !== 0) parts.push([Math.sign(offset), String(Math.abs(offset))])
  const [[sign, text], ...rest] = parts
  const first = sign < 0 ? `0 - ${text}` : text
  return rest.reduce((sum, [sign, text]) => `${sum} ${sign < 0 ? '-' : '+'} ${text}`, first)
}

export function add(a: Linear, b: Linear, factor = 1): Linear {
  const terms = new Map(a.terms)
  for (const [key, coefficient] of b.terms) terms.set(key, (terms.get(key) ?? 0) + factor * coefficient)
  return { terms, offset: a.offset + factor * b.offset }
}

export function scale({ terms, offset }: Linear, factor: number): Linear {
  const scaled = Array.from(terms, ([key, coefficient]) => [key, coefficient * factor] as const)
  return { terms: new Map(scaled), offset: offset * factor }
}

/** A size as a number times names, of which a sum that does not come apart is one. */
export function factors(dim: Dim): { number: number; names: string[] } {
  const linear = parseLinear(dim)
  const live = [...linear.terms].filter(([, coefficient]) => coefficient !== 0)
  const number = [...live.map(([, coefficient]) => coefficient), linear.offset].reduce(gcd, 0)
  if (live.length === 0) return { number: linear.offset, names: [] }
  if (live.length === 1 && linear.offset === 0) return { number: live[0][1], names: factorsOf(live[0][0]) }
  return { number, names: [String(printLinear(scale(linear, 1 / number)))] }
}

/** The product of names, each in parentheses where it is a sum. */
export function printProduct(names: readonly string[]): string {
  return names.map(wrap).sort().join(' * ')
}

/** In parentheses unless it is one word or one call. */
export function wrap(dim: Dim): string {
  return typeof dim === 'string' && outer(dim).includes(' ') ? `(${dim})` : String(dim)
}

/** The expression with everything inside parentheses left out. */
export function outer(expression: string): string {
  let depth = 0
  let out = ''
  for (const c of expression) {
    if (c === ')') depth--
    if (depth === 0) out += c
    if (c === '(') depth++
  }
  return out
}

function gcd(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : gcd(b, a % b)
}

function factorsOf(text: string): string[] {
  return splitOuter(` * ${text}`, / \* /y).map(({ text }) => (isWrapped(text) ? text.slice(1, -1) : text))
}

/** Parentheses that only group: those of a call have a name before them. */
function isWrapped(text: string): boolean {
  return text.startsWith('(') && outer(text) === '()' && / [+\-*] /.test(text)
}

/** The pieces of an expression, each with the separator before it; what is in parentheses stays together. */
function splitOuter(expression: string, separator: RegExp): { sign: string; text: string }[] {
  const pieces: { sign: string; text: string }[] = []
  let depth = 0
  for (let i = 0; i < expression.length; ) {
    separator.lastIndex = i
    const found = depth === 0 ? separator.exec(expression)?.[0] : undefined
    if (found) pieces.push({ sign: found, text: '' })
    else {
      if (expression[i] === '(') depth++
      if (expression[i] === ')') depth--
      pieces[pieces.length - 1].text += expression[i]
    }
    i += found?.length ?? 1
  }
  return pieces
}
