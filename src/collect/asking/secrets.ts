import { readFileSync } from 'node:fs'
import { ChiquitoError } from '../../core/index.js'
import { ioError } from '../../files/index.js'
import type { Found, Page, Source } from '../sources/index.js'

/** Shorter ones stand in too many words to be taken out of them, and no service gives such. */
const MIN_SECRET_CHARACTERS = 6

/** A key is a line; a file that holds more was not meant. */
const MAX_KEY_CHARACTERS = 4096

/**
 * The key of a source, where it takes one: from its variable, or from the file that the variable with `_FILE` names.
 *
 * @param environment - `process.env`
 * @throws `usage` where it needs one that is not there, saying where to get it; `io`
 */
export function keyOf(
  { title, key }: Pick<Source, 'title' | 'key'>,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (key === undefined) return undefined
  const { variable, required, from } = key
  const value = environment[variable]?.trim() || fromFile(environment[`${variable}_FILE`], variable)
  if (value !== undefined && (value.length > MAX_KEY_CHARACTERS || !/^[\x21-\x7e]+$/.test(value)))
    throw new ChiquitoError('usage', `The key of ${title} in ${variable} is none: a key is one word.`)
  if (value === undefined && required)
    throw new ChiquitoError(
      'usage',
      `${title} gives photos only to those who have a key (${from}). Put it into the variable ${variable}, or into a ` +
        `file that ${variable}_FILE names.`,
    )
  return value
}

function fromFile(path: string | undefined, variable: string): string | undefined {
  if (path === undefined || path === '') return undefined
  try {
    const [line] = readFileSync(path, 'utf8').trim().split('\n', 1)
    if (line.trim() !== '') return line.trim()
  } catch (error) {
    throw ioError(error, `read the key that ${variable}_FILE names,`, path)
  }
  throw new ChiquitoError('usage', `"${path}", which ${variable}_FILE names, is empty: expected the key.`)
}

/** Takes secrets out of what is said and kept, in case that a server sends one back. */
export class Secrets {
  private readonly words: readonly string[]

  constructor(secrets: readonly (string | undefined)[]) {
    const parts = secrets.flatMap(secret => (secret === undefined ? [] : [secret, ...secret.split(':')]))
    this.words = parts.flatMap(part => [part, encodeURIComponent(part)]).filter(isLong)
  }

  /** These and others. */
  with(others: Secrets): Secrets {
    return new Secrets([...this.words, ...others.words])
  }

  /** The text with `(key)` in a secret's place. */
  hide(text: string): string {
    return this.words.reduce((hidden, word) => hidden.replaceAll(word, '(key)'), text)
  }

  /** The error, saying the same without secrets; its cause, which may hold them, stays away. */
  hideError(error: unknown): unknown {
    if (!(error instanceof Error) || this.hide(error.message) === error.message) return error
    error.message = this.hide(error.message)
    if (error.stack !== undefined) error.stack = this.hide(error.stack)
    delete error.cause
    return error
  }

  hidePage({ found, next, notice }: Page): Page {
    const isClean = (photo: Found) => this.hide(JSON.stringify(photo)) === JSON.stringify(photo)
    return {
      found: found.filter(isClean),
      next,
      notice: notice === undefined ? undefined : this.hide(notice),
    }
  }
}

function isLong(word: string): boolean {
  return word.length >= MIN_SECRET_CHARACTERS
}
