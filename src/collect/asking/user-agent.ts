import { ChiquitoError, version } from '../../core/index.js'

const home = 'https://www.npmjs.com/package/chiquito'

/** As long as an address of mail may be (RFC 5321), and enough for a page's. */
const MAX_CONTACT_CHARACTERS = 320

/**
 * Who asks, as the Wikimedia Foundation's User-Agent policy wants it: program and version, where it is from, whom to write to
 * when it misbehaves.
 *
 * @param contact - an address of mail or of a page, from the person
 * @throws `usage` for something else
 */
export function userAgentFor(contact: string | undefined): string {
  const reach = contact === undefined ? home : `${home}; ${checkedContact(contact)}`
  return `chiquito/${version()} (${reach})`
}

function checkedContact(contact: string): string {
  const text = contact.trim()
  const isReachable = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) || /^https?:\/\/[^\s]+$/.test(text)
  // What would end the comment, or is no part of a header at all, is no part of such an address either.
  const isPlain = /^[\x21-\x7e]+$/.test(text) && !/[()\\;]/.test(text)
  if (isReachable && isPlain && text.length <= MAX_CONTACT_CHARACTERS) return text
  throw new ChiquitoError(
    'usage',
    `The contact ${JSON.stringify(text.slice(0, 80))} must be your mail address or that of a page about you, such as ` +
      'ana@example.org: servers want to know whom to write to when a program misbehaves.',
  )
}
