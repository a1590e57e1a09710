import { bing } from './bing.js'
import { browser } from './browser/index.js'
import { commons } from './commons.js'
import { duckduckgo } from './duckduckgo.js'
import { flickr } from './flickr.js'
import { folder } from './folder.js'
import { openverse } from './openverse.js'
import type { MakeSource } from './source.js'
import { urls } from './urls.js'

export { changed } from './answer.js'
export { allows, type Licence, type LicenceNeeds, needsLicence } from './licence.js'
export type {
  Ask,
  Found,
  MakeSource,
  Page,
  Query,
  Source,
  SourceOptions,
} from './source.js'

/** All sources by name. Those without terms of their own are asked where the person names none, in this order. */
export const sources: Readonly<Record<string, MakeSource>> = {
  openverse,
  commons,
  flickr,
  duckduckgo,
  bing,
  browser,
  urls,
  folder,
}

/** Whom anybody may ask, for anything: no terms against it, no key, nothing that has to be named. */
export const defaultSources: readonly string[] = Object.keys(sources).filter(name => {
  const { terms, key, isList, isLocal } = sources[name]({})
  return terms === undefined && !key?.required && !isList && !isLocal
})
