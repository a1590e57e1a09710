import { createHash } from 'node:crypto'
import { DIGEST, digestedText } from './metadata-entries.js'

/** Our entries with one more, by which it shows whether any was changed since, added or taken out. */
export function withDigest(entries: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...entries, [DIGEST, digestOf(entries)]])
}

/** Whether a model's entries are those that it was written with; null where it does not say. */
export function isMetadataSame(entries: ReadonlyMap<string, string>): boolean | null {
  const recorded = entries.get(DIGEST)
  return recorded === undefined ? null : recorded === digestOf(entries)
}

/** SHA-256 (hexadecimal). */
function digestOf(entries: ReadonlyMap<string, string>): string {
  return createHash('sha256').update(digestedText(entries)).digest('hex')
}
