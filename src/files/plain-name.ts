import { cutToBytes } from './atomic.js'

/** Devices of Windows: nothing can be called so. */
const deviceNames = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** What some system forbids in a name, or nobody sees: `/` and `:` as well as line breaks and marks that turn the direction of writing. */
const unusable = /[\p{Cc}\p{Cf}\p{Cs}<>:"/\\|?*]+/gu

/** A text as a name that a file or folder can have on every system, in at most so many bytes. Empty where nothing is left of it. */
export function plainName(text: string, bytes: number): string {
  const plain = text.normalize('NFC').replace(unusable, ' ')
  // An underscore may follow.
  const name = trimmed(cutToBytes(trimmed(plain), bytes - 1))
  return deviceNames.test(name) ? `${name}_` : name
}

/** Windows drops spaces and dots at the end; a dot in front hides a file. */
function trimmed(name: string): string {
  return name.replace(/^[.\s]+|[.\s]+$/g, '')
}
