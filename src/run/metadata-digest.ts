import { createHash } from 'node:crypto'
import { PREFIX } from './model-metadata.js'

const DIGEST = `${PREFIX}metadata`
/** The digest itself, and that of the graph, which whoever rewrites the graph on purpose takes out. */
const apart = new Set([DIGEST, `${PREFIX}graph`])

/** Our entries with one more, by which it shows whether any was changed since, added or taken out. */
export function withDigest(entries: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...entries, [DIGEST, digestOf(entries)]])
}

/** Whether a model's entries are those that it was written with; null where it does not say. */
export function isMetadataSame(entries: ReadonlyMap<string, string>): boolean | null {
  const recorded = entries.get(DIGEST)
  return recorded === undefined ? null : recorded === digestOf(entries)
}

/** SHA-256 (hexadecimal) of our entries, in whatever order a file has them. */
function digestOf(entries: ReadonlyMap<string, string>): string {
  const own = [...entries].filter(([key]) => key.startsWith(PREFIX) && !apart.has(key))
  const hash = createHash('sha256')
  for (const entry of own.sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${JSON.stringify(entry)}\n`)
  return hash.digest('hex')
}
