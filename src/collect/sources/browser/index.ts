import { setTimeout as delay } from 'node:timers/promises'
import { ChiquitoError, throwIfAborted } from '../../../core/index.js'
import { parseAddress, showAddress } from '../../../net/index.js'
import { plainText, webAddress } from '../answer.js'
import { unlicensed } from '../search-engine.js'
import type { Ask, Found, MakeSource, Page, Query } from '../source.js'
import { startChromium } from './chromium.js'
import { openGuard } from './guard.js'
import { Tab } from './tab.js'

const TITLE = 'The browser'

const LACKING =
  'Say which results page the browser opens, with {words} where the keyword stands: ' +
  '--source "browser=https://example.org/search?q={words}".'

/** In the address of a results page: where the keyword stands. */
const PLACE = /\{words\}|%7Bwords%7D/gi

/** Looks at a page after it was scrolled, and the time between: pages fetch their next pictures meanwhile. */
const LOOKS = 12
const LOOK_MS = 250

/** Times that it is scrolled: pages of results end long before. */
const MAX_SCROLLS = 300

/**
 * The person's own Chromium, over a results page that they name (`browser=https://example.org/search?q={words}`): scrolls,
 * and takes the pictures that it shows. The cursor is how many were shown before.
 */
export const browser: MakeSource = ({ address }) => ({
  name: 'browser',
  title: TITLE,
  terms:
    'The browser opens the page that you name as you would, so keep to the terms of the site that it belongs to.',
  paceMs: 0,
  lacking: LACKING,
  async page(query, cursor = '0', ask) {
    const none = unlicensed(TITLE, query)
    if (none !== undefined) return none
    const url = resultsPage(address, query)
    const guard = await openGuard(one => ask.allowsPrivate(one))
    try {
      const chromium = await startChromium(guard.port)
      const stop = () => void chromium.close()
      ask.signal?.addEventListener('abort', stop)
      try {
        const tab = await Tab.open(chromium.tools, url, showAddress(url))
        return await readTab(tab, Number(cursor), query.wanted, ask)
      } catch (error) {
        throwIfAborted(ask.signal)
        throw error
      } finally {
        ask.signal?.removeEventListener('abort', stop)
        await chromium.close()
      }
    } finally {
      guard.close()
    }
  },
})

function resultsPage(address: string | undefined, { words }: Query): URL {
  if (address === undefined) throw new ChiquitoError('usage', LACKING)
  return parseAddress(address.replace(PLACE, encodeURIComponent(words)))
}

/** Scrolls until enough new pictures were shown, or no more come. */
async function readTab(tab: Tab, before: number, wanted: number, { signal }: Ask): Promise<Page> {
  const shown = new Map<string, Found | undefined>()
  let isAtEnd = false
  for (let scrolls = 0; !isAtEnd && shown.size < before + wanted; scrolls++) {
    throwIfAborted(signal)
    if (scrolls > 0) await tab.scroll()
    isAtEnd = !(await grows(tab, shown)) || scrolls >= MAX_SCROLLS
  }
  const all = [...shown.values()]
  const found = all.slice(before).filter(photo => photo !== undefined)
  const inline = all.length - before - found.length
  return {
    found,
    next: isAtEnd ? undefined : String(all.length),
    notice:
      all.length === 0
        ? `${TITLE} sees no picture on the page. It may ask for consent first: then name another page.`
        : inline > 0
          ? `${inline} pictures stand in the page itself, without an address of their own; left out.`
          : undefined,
  }
}

/** Takes what is shown, and says whether anything of it is new within the time that a page may take. */
async function grows(tab: Tab, shown: Map<string, Found | undefined>): Promise<boolean> {
  const size = shown.size
  for (let looks = 0; looks < LOOKS; looks++) {
    const { isWaiting, pictures } = await tab.pictures()
    const isLast = looks === LOOKS - 1
    for (const { address, page, title } of isWaiting && !isLast ? [] : pictures) {
      const url = webAddress(address)
      if (!shown.has(address))
        shown.set(
          address,
          url === undefined ? undefined : { address: url, page: webAddress(page), title: plainText(title) },
        )
    }
    if (shown.size > size) return true
    await delay(LOOK_MS)
  }
  return false
}
