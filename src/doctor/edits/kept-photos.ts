import { contentAt, InnerFolder, readJournal, whereabouts } from '../../files/index.js'
import { marksOf } from '../marks/index.js'
import { versionOf } from './plan-edit.js'

/**
 * Photos of which a person said that they are as they should be, by the paths that they have now.
 *
 * @param known - hashes of files that were read before, by path and version; those that are read now are added
 * @throws `data`, `io`
 */
export async function keptPhotos(root: string, known: Map<string, string>): Promise<ReadonlySet<string>> {
  const operations = (await readJournal(root))?.history.operations ?? []
  const contents = new Set(
    marksOf(operations).flatMap(({ kind, contents }) => (kind === 'keep' ? contents : [])),
  )
  if (contents.size === 0) return new Set()
  const folder = await InnerFolder.open(root)
  const now = await whereabouts(root)
  const named = operations.flatMap(({ acts }) =>
    acts.flatMap(({ what }) => (what.act === 'mark' && what.mark === 'keep' ? what.photos : [])),
  )
  const kept = new Set<string>()
  // Only those that were named are read: a mark goes by content, wherever the photo lies.
  for (const name of new Set(named)) {
    const path = now.get(name) ?? name
    const place = await folder.at(path).catch(() => undefined)
    if (place === undefined) continue
    const key = `${await versionOf(place)} ${path}`
    const content = known.get(key) ?? (await contentAt(place))
    known.set(key, content)
    if (contents.has(content)) kept.add(path)
  }
  return kept
}
