import path from 'node:path'
import { type Collected, collectPhotos, namedSources, userAgentFor } from '../collect/index.js'
import { ChiquitoError, type WorkOptions } from '../core/index.js'
import type { Doubt } from './doubt.js'

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
  /** A run: only photos about which its model is unsure, or that are like none it has learnt from. */
  readonly unsure?: string | undefined
  /** Highest probability from which the model counts as sure, 0 to 1; 0.9 by default. */
  readonly sure?: number | undefined
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
  const chooser = await chooserFor(options)
  try {
    return await collectPhotos({
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
      chooser,
    })
  } finally {
    await chooser?.close()
  }
}

async function chooserFor({ unsure, sure, progress, signal }: CollectOptions): Promise<Doubt | undefined> {
  if (unsure === undefined) {
    if (sure !== undefined)
      throw new ChiquitoError(
        'usage',
        '--sure says when the model of --unsure counts as sure: give --unsure RUN too.',
      )
    return undefined
  }
  const { DEFAULT_SURE, Doubt } = await import('./doubt.js')
  return Doubt.open(unsure, { sure: sure ?? DEFAULT_SURE, progress, signal })
}
