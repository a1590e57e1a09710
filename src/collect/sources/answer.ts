import { z } from 'zod'
import { ChiquitoError, describeIssue } from '../../core/index.js'

// What every source does with an answer: hold it against a schema, and take its texts and addresses as what they are,
// written by strangers.

/** A title is a line; some are whole descriptions. */
const MAX_TEXT_CHARACTERS = 500

/** Longer ones are no addresses of files. */
const MAX_ADDRESS_CHARACTERS = 4096

/** Text that may be missing. */
export const optionalText = z.string().nullish()

/**
 * An answer that has the documented shape.
 *
 * @param source - as a person reads it
 * @throws `data`, naming source and what was lacking
 */
export function checked<T>(source: string, schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  throw changed(source, describeIssue(result.error))
}

/** The error for an answer that is not as documented: `lacking` says what was expected. */
export function changed(source: string, lacking: string): ChiquitoError {
  return new ChiquitoError(
    'data',
    `${source} answers otherwise than it is documented to (${lacking}). It may have changed: look for a newer version ` +
      'of this program, or name other sources with --source.',
  )
}

/**
 * A text on one line without what could disturb a terminal or a page: control characters and those that turn the
 * direction of writing (Unicode's categories Cc, Cf and Co, but joiners, which some scripts need), halves of
 * characters; at most 500 characters. Undefined when nothing is left.
 */
export function plainText(text: string | null | undefined): string | undefined {
  if (text === null || text === undefined) return undefined
  const line = text
    .slice(0, 4 * MAX_TEXT_CHARACTERS)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/(?![\u200c\u200d])[\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
  const short = [...line].slice(0, MAX_TEXT_CHARACTERS).join('').trim()
  return short === '' ? undefined : short
}

/** An address of the web, written as URL writes it; undefined for anything else (`javascript:`, a name and password). */
export function webAddress(text: string | null | undefined, base?: string | undefined): string | undefined {
  if (text === null || text === undefined || text.length > MAX_ADDRESS_CHARACTERS) return undefined
  if (!URL.canParse(text, base)) return undefined
  const url = new URL(text, base)
  if (!['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    return undefined
  return url.href
}

/** What to say of photos that came without a usable address; undefined when there is none. */
export function leftOut(source: string, count: number): string | undefined {
  if (count === 0) return undefined
  const photos = count === 1 ? 'a photo' : `${count} photos`
  return `${source} gave ${photos} without an http or https address; left out.`
}
