import { argumentError, version } from '../../core/index.js'

/** A header's characters, as many as anybody reads. */
const printable = /^[\x20-\x7e]{3,200}$/

/**
 * How the program names itself to servers, with whom to write to about what it does: Wikimedia's policy asks for that, and
 * others go by it. (https://foundation.wikimedia.org/wiki/Policy:Wikimedia_Foundation_User-Agent_Policy)
 *
 * @param contact - an e-mail address or a page of the person's
 * @throws `usage`
 */
export function userAgentFor(contact: string | undefined): string {
  if (contact !== undefined && (!printable.test(contact) || /[()]/.test(contact)))
    throw argumentError('--contact', 'an e-mail address or the address of a page', contact)
  const more = contact === undefined ? '' : `; ${contact.trim()}`
  return `chiquito/${version()} (+https://www.npmjs.com/package/chiquito${more})`
}
