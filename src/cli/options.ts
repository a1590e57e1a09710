import { argumentError } from '../core/index.js'

// Parsers of option values. Each is made for one option, which its error names.

interface Range {
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/** A whole number within a range, ends included. */
export function integer(name: string, range: Range = {}): (text: string) => number {
  return text => {
    const value = Number(text)
    const ok = /^[+-]?\d+$/.test(text) && Number.isSafeInteger(value) && within(value, range)
    if (!ok) throw argumentError(name, `a whole number${rangeText(range)}`, text)
    return value
  }
}

/** Whole numbers within a range, separated by commas; also given several times. */
export function integers(
  name: string,
  range: Range = {},
): (text: string, before: number[] | undefined) => number[] {
  const one = integer(name, range)
  return (text, before) => [...(before ?? []), ...text.split(',').map(part => one(part.trim()))]
}

/** A decimal number within a range, ends included; also as 1e-3. */
export function decimal(name: string, range: Range = {}): (text: string) => number {
  return text => {
    if (!isDecimal(text) || !within(Number(text), range))
      throw argumentError(name, `a number${rangeText(range)}`, text)
    return Number(text)
  }
}

/** One or more decimal numbers within a range, separated by commas. */
export function decimals(name: string, range: Range = {}): (text: string) => number[] {
  return text => {
    const parts = text.split(',').map(part => part.trim())
    if (!parts.every(part => isDecimal(part) && within(Number(part), range)))
      throw argumentError(name, `numbers${rangeText(range)}, separated by commas`, text)
    return parts.map(Number)
  }
}

const secondsIn = { h: 3600, min: 60, s: 1 } as const

/** A time in seconds, of more than none, up to so many hours: 90, 30s, 2min, 1.5h or 1h30min. */
export function time(
  name: string,
  { maxHours = Number.POSITIVE_INFINITY }: { readonly maxHours?: number } = {},
): (text: string) => number {
  return text => {
    const number = String.raw`(\d+(?:\.\d+)?)`
    const spelt = new RegExp(`^(?:${number}h)?(?:${number}min)?(?:${number}s)?$`, 'i').exec(
      text.replaceAll(' ', ''),
    )
    const bare = isDecimal(text) ? Number(text) : undefined
    const [, h = 0, min = 0, s = 0] = spelt ?? []
    const seconds = bare ?? Number(h) * secondsIn.h + Number(min) * secondsIn.min + Number(s) * secondsIn.s
    if (!(seconds > 0 && Number.isFinite(seconds) && seconds <= maxHours * secondsIn.h)) {
      const most = Number.isFinite(maxHours) ? `, and at most ${maxHours}h` : ''
      throw argumentError(name, `a time such as 30s, 2min, 1h30min or 90, in seconds${most}`, text)
    }
    return seconds
  }
}

/** One of a few words. */
export function choice<const T extends string>(name: string, allowed: readonly T[]): (text: string) => T {
  return text => {
    const value = allowed.find(word => word === text)
    if (value === undefined) throw argumentError(name, oneOf(allowed), text)
    return value
  }
}

/** Some of a few words, separated by commas; also given several times. */
export function choices<const T extends string>(
  name: string,
  allowed: readonly T[],
): (text: string, before: T[] | undefined) => T[] {
  const one = choice(name, allowed)
  return (text, before) => [...(before ?? []), ...text.split(',').map(word => one(word.trim()))]
}

/** Names, separated by commas; also given several times. @param option - as it is typed */
export function names(option: string): (text: string, before: string[] | undefined) => string[] {
  return (text, before) => {
    const some = text.split(',').map(name => name.trim())
    if (some.includes('')) throw argumentError(option, 'names separated by commas', text)
    return [...(before ?? []), ...some]
  }
}

/** Matches what a person writes for a number; not the empty text, hexadecimal or Infinity that Number() also takes. */
function isDecimal(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
}

function within(value: number, { min = -Infinity, max = Infinity }: Range): boolean {
  return value >= min && value <= max
}

function rangeText({ min, max }: Range): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  if (min !== undefined) return `, ${min} or more`
  return max === undefined ? '' : `, ${max} or less`
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
