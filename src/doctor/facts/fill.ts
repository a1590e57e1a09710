import { parsedJson, throwIfAborted, type WorkOptions } from '../../core/index.js'
import { hashFiles } from '../../dataset/index.js'
import { READER } from './reader.js'
import { keptSchema } from './schema.js'
import { FACTS_VERSION, FactsStore, factsFolder } from './store.js'

/** A photo that nothing is known of yet. */
export interface UnknownPhoto {
  readonly path: string
  readonly sha256: string
}

/** What was measured of a content elsewhere: the text that `keptText` makes of it. */
export interface MeasuredElsewhere {
  readonly sha256: string
  readonly text: string
}

/** Has photos measured by others. What they do not give is measured by whoever asked. */
export type FactsHelp = (
  photos: readonly UnknownPhoto[],
  work: WorkOptions,
) => AsyncIterable<MeasuredElsewhere>

/** All that facts depend on but the photo: who measures them otherwise measures other facts. */
export const factsBy = `facts ${FACTS_VERSION}, ${READER}`

/**
 * Has the facts of files that are not known measured by others, and keeps them where {@link gatherFacts} looks. One of equal files is enough.
 *
 * @param root - absolute, without links
 * @param paths - relative to it, with `/`
 * @throws `interrupted`, `io`
 */
export async function fillFacts(
  root: string,
  paths: readonly string[],
  help: FactsHelp,
  { progress, signal }: WorkOptions,
): Promise<void> {
  const hashed = await hashFiles(root, paths, { progress, signal })
  const store = FactsStore.open(factsFolder(), {
    notice: message => progress?.({ kind: 'notice', message }),
  })
  try {
    const unknown = new Map<string, UnknownPhoto>()
    for (const file of hashed) if ('sha256' in file && !store.has(file.sha256)) unknown.set(file.sha256, file)
    for await (const { sha256, text } of help([...unknown.values()], { progress, signal })) {
      throwIfAborted(signal)
      const facts = keptSchema.safeParse(parsedJson(text))
      if (facts.success) store.put(sha256, facts.data, text)
    }
  } finally {
    store.close()
  }
}
