import { needsLicence } from './licence.js'
import type { Page, Query } from './source.js'

/**
 * The page of a search engine that says nothing of each photo's licence, where the person needs to be allowed something:
 * its own filters are guesses, and nobody's word.
 */
export function unlicensed(title: string, { needs }: Query): Page | undefined {
  if (!needsLicence(needs)) return undefined
  return {
    found: [],
    next: undefined,
    notice:
      `${title} does not say what the licence of a photo is, so it can give none that surely may be used as you need it. ` +
      'Ask openverse, commons or flickr.',
  }
}

/** What is looked for, with the site it is to lie on, as search engines read it. */
export function wordsWithSite({ words, site }: Query): string {
  return site === undefined ? words : `${words} site:${site}`
}
