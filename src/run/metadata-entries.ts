import { PREFIX } from './model-metadata.js'

// What a model's entries are recognised by. Also loads in browsers, where only the way to a SHA-256 is another one.

/** The entry that shows whether any other was changed. */
export const DIGEST = `${PREFIX}metadata`

/** The digest itself, and that of the graph, which whoever rewrites the graph on purpose takes out. */
const apart = new Set([DIGEST, `${PREFIX}graph`])

/** Our entries, in whatever order a file has them, as the text that the digest is of. */
export function digestedText(entries: ReadonlyMap<string, string>): string {
  return [...entries]
    .filter(([key]) => key.startsWith(PREFIX) && !apart.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(entry => `${JSON.stringify(entry)}\n`)
    .join('')
}
