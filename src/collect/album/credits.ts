import { html } from 'hono/html'
import { markdownCode } from '../../core/index.js'
import type { TextChange } from '../../files/index.js'
import { attributionFiles } from './attribution.js'

/** What became of a photo: its new name, relative to the collection; undefined where it is no longer among the photos. */
export type CreditFate = string | undefined

export type CreditPage = (typeof attributionFiles)[keyof typeof attributionFiles]

/** How a page names a photo, and where its lines are. */
const pages = {
  [attributionFiles.markdown]: {
    item: /^- ((`+)(?!`).*?(?<!`)\2(?!`)): .*\n/gm,
    nameOf: async (name: string) => markdownCode(name),
    /** Behind the last line. */
    end: (text: string) => text.length,
  },
  [attributionFiles.page]: {
    item: /^<li><code>(.*?)<\/code>: [\s\S]*?<\/li>\n/gm,
    nameOf: async (name: string) => (await html`${name}`).toString(),
    end: (text: string) => Math.max(0, text.lastIndexOf('</ul>')),
  },
}

/**
 * The changes that keep a page of who made photos in step with them: whole lines each, so that others stay as they are.
 *
 * @param fates - by the name that the page has
 */
export async function creditChanges(
  page: CreditPage,
  text: string,
  fates: ReadonlyMap<string, CreditFate>,
): Promise<TextChange[]> {
  const { item, nameOf } = pages[page]
  const named = new Map<string, { readonly now: string | undefined }>()
  for (const [before, now] of fates)
    named.set(await nameOf(before), { now: now === undefined ? undefined : await nameOf(now) })
  return [...text.matchAll(item)].flatMap(({ 0: was, 1: name, index: at }) => {
    const fate = named.get(name)
    if (fate === undefined) return []
    const { now } = fate
    return [{ at, was, now: now === undefined ? '' : was.replace(name, () => now) }]
  })
}

/** Lines about a photo that came back. */
export interface ReturnedCredit {
  /** As they stood in the page, or may have. */
  readonly was: string
  /** What the page called the photo, and what it is called now. */
  readonly before: string
  readonly now: string
}

/** The changes that put lines about photos back into a page, each before the next name; those that stand there already stay alone. */
export async function returnedCredits(
  page: CreditPage,
  text: string,
  returned: readonly ReturnedCredit[],
): Promise<TextChange[]> {
  const { item, nameOf, end } = pages[page]
  const there = [...text.matchAll(item)].map(({ 1: name, index }) => ({ name, at: index }))
  const changes: (TextChange & { readonly name: string })[] = []
  for (const { was, before, now } of returned) {
    const [old, name] = [await nameOf(before), await nameOf(now)]
    const own = [...was.matchAll(item)].find(([, named]) => named === old)
    if (own === undefined || there.some(one => one.name === name)) continue
    const at = there.find(one => one.name > name)?.at ?? end(text)
    changes.push({ name, at, was: '', now: own[0].replace(old, () => name) })
  }
  changes.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))
  return changes.map(({ name: _, ...change }) => change)
}
