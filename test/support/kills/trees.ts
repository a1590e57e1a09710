// A folder of photos as it is, and as its journal says that it must be.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** SHA-256 of every file, by path; without the journal, its lock, and what is hidden. */
export type Tree = Readonly<Record<string, string>>

export function treeOf(root: string): Tree {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => path !== 'journal.jsonl' && !/(^|\/)\./.test(path) && !path.endsWith('/chiquito.json'))
  return Object.fromEntries(
    paths
      .filter(path => statSync(join(root, path)).isFile())
      .sort()
      .map(path => [
        path,
        createHash('sha256')
          .update(readFileSync(join(root, path)))
          .digest('hex'),
      ]),
  )
}

interface Act {
  readonly act: string
  readonly from: string
  readonly to: string
  readonly kept: string
  readonly made: string
  readonly path: string
  readonly after: string
}

/** Whole lines of a folder's journal, but the first; none where there is none. */
function recordsOf(root: string) {
  const journal = join(root, 'journal.jsonl')
  if (!existsSync(journal)) return []
  const lines = readFileSync(journal, 'utf8').split('\n').slice(1, -1)
  return lines.map(line => JSON.parse(line))
}

/** Where every file must be by what the journal's lines say, begun with what was there before them. */
export function asJournalSays(root: string, before: Tree): Tree {
  const records = recordsOf(root)
  const failed = new Set(records.flatMap(({ event, number }) => (event === 'failed' ? [number] : [])))
  const tree: Record<string, string> = { ...before }
  const move = (from: string, to: string) => {
    tree[to] = tree[from]
    if (from !== to) delete tree[from]
  }
  for (const { event, number, what } of records) {
    if (event !== 'act' || failed.has(number)) continue
    const { act, from, to, kept, made, path, after }: Act = what
    if (act === 'move') move(from, to)
    if (act === 'edit') tree[path] = after
    if (act === 'replace') {
      move(from, kept)
      tree[to] = after
    }
    if (act === 'restore') {
      delete tree[made]
      move(from, to)
    }
  }
  return Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * What is not where the journal says, of a folder in which something was killed: only what its last line is about may be half done.
 *
 * @param before - what was there before the journal's first line
 */
export function unlikeJournal(root: string, before: Tree): string[] {
  const { what }: { what?: Partial<Act> } = recordsOf(root).at(-1) ?? {}
  const open = new Set([what?.from, what?.to, what?.kept, what?.made, what?.path])
  return differences(asJournalSays(root, before), treeOf(root), path => !open.has(path))
}

/** What of the originals is missing, or is there more than once; one may be at two places while its act is cut off. */
export function astray(before: Tree, now: Tree): string[] {
  const count = (tree: Tree) => {
    const counts = new Map<string, number>()
    for (const sha of Object.values(tree)) counts.set(sha, (counts.get(sha) ?? 0) + 1)
    return counts
  }
  const photos = Object.entries(before).filter(([path]) => !path.endsWith('.jsonl'))
  const [wanted, present] = [count(Object.fromEntries(photos)), count(now)]
  const lost = [...wanted].filter(([sha, times]) => (present.get(sha) ?? 0) < times)
  const twice = [...wanted].filter(([sha, times]) => (present.get(sha) ?? 0) > times)
  return [
    ...lost.map(([sha]) => `${photos.find(([, other]) => other === sha)?.[0]} is lost`),
    ...(twice.length > 1 ? [`${twice.length} photos are there more than once`] : []),
  ]
}

/** Files that are not as they are to be, a sentence each. */
export function differences(expected: Tree, got: Tree, counts = (_path: string) => true): string[] {
  const paths = [...new Set([...Object.keys(expected), ...Object.keys(got)])]
  return paths
    .filter(path => counts(path) && expected[path] !== got[path])
    .map(path => `${path}: there is ${got[path]?.slice(0, 8)}, where ${expected[path]?.slice(0, 8)} must be`)
}
