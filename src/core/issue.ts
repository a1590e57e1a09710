import type { z } from 'zod'
import { plural } from './plural.js'

/** Of the text of a stranger so much is told. */
const MAX_KEY_CHARACTERS = 80
const MAX_KEYS = 5

/** The first thing wrong in one sentence part: `at labels[1]: Too small: …`. */
export function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  const words = issue.code === 'unrecognized_keys' ? unknownKeys(issue.keys) : issue.message
  const where = placeOfIssue(issue.path)
  return where === '' ? words : `at ${where}: ${words}`
}

/** Where in a value: `photos[1].base64`; empty for all of it. */
export function placeOfIssue(path: readonly PropertyKey[]): string {
  return path
    .map(step => (typeof step === 'number' ? `[${step}]` : `.${String(step).slice(0, MAX_KEY_CHARACTERS)}`))
    .join('')
    .replace(/^\./, '')
}

/**
 * What is wrong with a value, to follow its name in a sentence: `is missing; expected text`. For the `error` of a schema's
 * `parse`, so that nobody has to read zod's words.
 */
export function wordsOfIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(issue.keys, knownKeys(issue.inst))
    case 'invalid_type': {
      const expected = nounOf(issue.expected)
      return issue.input === undefined
        ? `is missing; expected ${expected}`
        : `is ${nounOf(typeOf(issue.input))}; expected ${expected}`
    }
    case 'too_small':
      return `needs ${issue.inclusive === false ? 'more than' : 'at least'} ${counted(issue.minimum, issue.origin)}`
    case 'too_big':
      return `may have ${issue.inclusive === false ? 'less than' : 'at most'} ${counted(issue.maximum, issue.origin)}`
    default:
      return 'is not as described'
  }
}

function unknownKeys(keys: readonly string[], known: readonly string[] = []): string {
  const quoted = (names: readonly string[]) =>
    names.slice(0, MAX_KEYS).map(name => JSON.stringify(name.slice(0, MAX_KEY_CHARACTERS)))
  const told = keys.length > 1 ? 'keys' : 'key'
  const more = keys.length > MAX_KEYS ? ` and ${keys.length - MAX_KEYS} more` : ''
  const there = known.length === 0 ? '' : `; known are ${quoted(known).join(', ')}`
  return `has the ${told} ${quoted(keys).join(', ')}${more}, which ${keys.length > 1 ? 'are' : 'is'} not known here${there}`
}

/** The keys that the schema of an object knows. */
function knownKeys(schema: z.core.$ZodRawIssue['inst']): string[] {
  const definition = schema?._zod.def
  const hasShape = definition !== undefined && 'shape' in definition
  return hasShape && typeof definition.shape === 'object' ? Object.keys(definition.shape ?? {}) : []
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

function nounOf(type: string): string {
  return nouns[type] ?? type
}

function counted(count: number | bigint, origin: string): string {
  if (origin === 'string') return plural(Number(count), 'character')
  return origin === 'array' ? plural(Number(count), 'entry', 'entries') : String(count)
}
