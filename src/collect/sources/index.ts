import { commons } from './commons.js'
import { openverse } from './openverse.js'
import type { MakeSource } from './source.js'

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
export const sources: Readonly<Record<string, MakeSource>> = { openverse, commons }

/** Whom anybody may ask, for anything: no terms against it, no key, nothing that has to be named. */
export const defaultSources: readonly string[] = Object.keys(sources).filter(name => {
  const { terms, key, isList, isLocal } = sources[name]({})
  return terms === undefined && !key?.required && !isList && !isLocal
})
