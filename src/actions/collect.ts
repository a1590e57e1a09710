import path from 'node:path'
import { type Collected, collectPhotos, namedSources, userAgentFor } from '../collect/index.js'
import type { WorkOptions } from '../core/index.js'

/** As many as the article asked Google for. */
const DEFAULT_LIMIT = 800

export interface CollectOptions extends WorkOptions {
  /** What to look for; several make a class folder each. */
  readonly keywords: readonly string[]
  readonly out: string
  /** Photos for each keyword. */
  readonly limit?: number | undefined
  /** Names, or `NAME=ADDRESS`; those without terms of their own by default. */
  readonly sources?: readonly string[] | undefined
  readonly add?: boolean | undefined
  /** An address or a page under which the person can be reached, for servers' logs. */
  readonly contact?: string | undefined
  /** Only photos that may be used commercially. */
  readonly commercial?: boolean | undefined
  /** Only photos that may be changed. */
  readonly changes?: boolean | undefined
  /** Only photos whose creator need not be named. */
  readonly noNaming?: boolean | undefined
  /** Private servers, `host:port`, that may be fetched from. */
  readonly allowHosts?: readonly string[] | undefined
  /** Longest silence of a server, in seconds. */
  readonly timeout?: number | undefined
}

export type CollectResult = Collected

/** Photos for keywords, with what is to be known of each. */
export async function collect(options: CollectOptions): Promise<CollectResult> {
  const { keywords, out, limit = DEFAULT_LIMIT, add, timeout, progress, signal } = options
  const needs = {
    commercial: options.commercial ?? false,
    changes: options.changes ?? false,
    noNaming: options.noNaming ?? false,
  }
  const subjects = keywords.map(words => ({
    folder: keywords.length === 1 ? '' : words,
    query: { words, needs },
  }))
  const { sources, hosts, secrets } = namedSources(options.sources, process.env, progress)
  return collectPhotos({
    out: path.resolve(out),
    subjects,
    sources,
    limit,
    add,
    userAgent: userAgentFor(options.contact),
    secrets,
    allowedHosts: new Set([...hosts, ...(options.allowHosts ?? [])]),
    idleMs: timeout === undefined ? undefined : timeout * 1000,
    progress,
    signal,
  })
}
