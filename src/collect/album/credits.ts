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
  },
  [attributionFiles.page]: {
    item: /^<li><code>(.*?)<\/code>: [\s\S]*?<\/li>\n/gm,
    nameOf: async (name: string) => (await html`${name}`).toString(),
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
