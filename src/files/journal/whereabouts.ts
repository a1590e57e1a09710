import { readJournal } from './read-journal.js'

/**
 * What files of a folder are called now, by what they were called before its journal's acts, where that differs: a photo that was
 * written anew has its new one's name, one that was set aside its place there.
 *
 * @throws `data` for what is no journal, a newer or damaged one; `io`
 */
export async function whereabouts(root: string): Promise<ReadonlyMap<string, string>> {
  const journal = await readJournal(root)
  const first = new Map<string, string>()
  const follow = (from: string, to: string) => {
    const name = first.get(from) ?? from
    first.delete(from)
    first.set(to, name)
  }
  for (const { acts } of journal?.history.operations ?? [])
    for (const { what } of acts) {
      if (what.act === 'move' || what.act === 'replace') follow(what.from, what.to)
      if (what.act === 'restore') follow(what.made, what.to)
    }
  const moved = [...first].filter(([now, before]) => now !== before)
  return new Map(moved.map(([now, before]) => [before, now]))
}
