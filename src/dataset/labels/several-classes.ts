import type { Column } from '../tables/index.js'

/** Marks that part several values in one cell and stand in few names. */
const strongMarks = ['|', ';']

/** Marks that names have, too; a space is one only between words that also stand alone. */
const weakMarks = [',', '/', '+', '&', ' and ', ' ']

/** A list in the manner of Python, JSON or NumPy: `['a', 'b']`, `{a, b}`, `('a',)`. */
const listText = /^(\[.*\]|\{.*\}|\(.*\))$/s

/**
 * Whether cells hold several classes: lists, or values of which some are made of others (`Mass`, `Mass|Nodule`,
 * `Nodule`), or all of the same words in other places (`cat,dog`, `dog,bird`; not `Smith, John`, `Smith, Jane`).
 */
export function holdsSeveral({ values }: Column, rows: readonly number[]): boolean {
  const all = new Set(rows.flatMap(row => values[row] ?? []))
  const lists = [...all].filter(value => listText.test(value))
  if (lists.length > 0 && (lists.length === all.size || lists.some(value => /[,'"]/.test(value)))) return true
  return (
    strongMarks.some(mark => isAnyShared(splitAt(all, mark))) ||
    weakMarks.some(mark => areSomeMadeOf(all, mark) || (mark !== ' ' && areShuffled(splitAt(all, mark))))
  )
}

/** The words of each different value, in their order. */
function splitAt(all: ReadonlySet<string>, mark: string): string[][] {
  return [...all].map(value => [...new Set(value.split(mark).map(word => word.trim()))])
}

/** In how many values each word stands. */
function countWords(split: readonly (readonly string[])[]): Map<string, number> {
  const seen = new Map<string, number>()
  for (const words of split) for (const word of words) seen.set(word, (seen.get(word) ?? 0) + 1)
  return seen
}

/** Whether a value of several words shares one with another value. */
function isAnyShared(split: readonly (readonly string[])[]): boolean {
  const seen = countWords(split)
  return split.some(words => words.length > 1 && words.some(word => (seen.get(word) ?? 0) > 1))
}

/** Whether a value is made of words that are known as others, at least one of them alone. */
function areSomeMadeOf(all: ReadonlySet<string>, mark: string): boolean {
  const split = splitAt(all, mark)
  const seen = countWords(split)
  const isKnown = (word: string) => all.has(word) || (mark !== ' ' && (seen.get(word) ?? 0) > 2)
  return split.some(words => words.length > 1 && words.every(isKnown) && words.some(word => all.has(word)))
}

/** Whether all values of several words are made of words that stand in others, too, and one in another place. */
function areShuffled(split: readonly (readonly string[])[]): boolean {
  const several = split.filter(words => words.length > 1)
  const seen = countWords(several)
  const isEachShared = several.every(words => words.every(word => (seen.get(word) ?? 0) > 1))
  const places = new Map<string, Set<number>>()
  for (const words of several)
    words.forEach((word, i) => void places.set(word, (places.get(word) ?? new Set()).add(i)))
  return several.length > 2 && isEachShared && [...places.values()].some(({ size }) => size > 1)
}
