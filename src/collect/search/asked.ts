import { ChiquitoError } from '../../core/index.js'

/** Whether a text has anything that can be looked for: a letter, a digit, a pictograph. */
export function isKeyword(text: string): boolean {
  return /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(text)
}

/**
 * The host that a person means by a site, who may have copied its whole address.
 *
 * @throws `usage`
 */
export function siteOf(text: string): string {
  const address = text.includes('://') ? text : `http://${text}`
  const host = URL.canParse(address) ? new URL(address).hostname : ''
  if (host !== '' && /^https?:/i.test(address)) return host
  throw new ChiquitoError(
    'usage',
    `The site ${JSON.stringify(text.slice(0, 200))} is none: expected a host name such as example.org.`,
  )
}
