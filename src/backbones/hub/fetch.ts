import { dirname } from 'node:path'
import { ChiquitoError, type WorkOptions } from '../../core/index.js'
import { makeFolder, sha256Pattern, waitForLock } from '../../files/index.js'
import { type ClientOptions, download, inspect, RefusedError, type RetryOptions } from '../../net/index.js'
import { type CachedFile, commitPattern, HubCache } from './cache.js'
import type { HubFile, HubSettings } from './settings.js'

/** The networks known here take at most 110 MB; a thing of a gigabyte is none of them. */
const MAX_BYTES = 2 ** 30

export interface FetchOptions extends WorkOptions {
  /** What is fetched, for progress. */
  readonly label: string
  /** Pause before the second try, in milliseconds; doubles with each further one. */
  readonly pauseMs?: number | undefined
}

/** What the Hub says of a file: at which commit it was looked up, what its bytes are and how many. */
interface Version {
  readonly commit: string
  readonly sha256: string
  readonly size: number
}

/**
 * A file of the Hub: from the cache, where it is kept for all of the Hub's tools, or fetched into it. A broken
 * connection is taken up where it broke, also by a later call.
 *
 * @throws `io` when it cannot be had; `data` when what comes is not what the Hub or the registry says; `usage` for
 *   settings that make no sense; `interrupted`
 */
export async function hubFile(
  file: HubFile,
  settings: HubSettings,
  options: FetchOptions,
): Promise<CachedFile> {
  const cache = new HubCache(settings, file)
  return (await cache.find()) ?? fetchInto(cache, file, settings, options)
}

/** The file's address at a revision. */
export function hubAddress({ repo, file, revision = 'main' }: HubFile, { endpoint }: HubSettings): string {
  const path = [...repo.split('/'), 'resolve', revision, ...file.split('/')]
  return [endpoint, ...path.map(encodeURIComponent)].join('/')
}

async function fetchInto(
  cache: HubCache,
  file: HubFile,
  settings: HubSettings,
  options: FetchOptions,
): Promise<CachedFile> {
  if (settings.offline)
    throw new ChiquitoError(
      'io',
      `${file.repo}/${file.file} is not in the cache "${settings.cache}", and HF_HUB_OFFLINE forbids to fetch it.`,
    )
  const { label, ...rest } = options
  const connection: ClientOptions & RetryOptions = {
    ...rest,
    token: settings.token(),
    allowPrivate: settings.isOwnEndpoint,
  }
  const { commit, sha256, size } = await lookUp(file, settings, connection)
  const lock = cache.lockOf(sha256)
  await makeFolder(dirname(lock))
  const release = await waitForLock(lock, `"${cache.blob(sha256)}"`, options)
  try {
    if ((await cache.at(commit)) === undefined) {
      const isNew = !(await cache.hasBlob(sha256, size))
      // By its commit: the branch may move between the two requests.
      const address = hubAddress({ ...file, revision: commit }, settings)
      if (isNew) await download(address, cache.blob(sha256), { ...connection, label, size, sha256 })
      await cache.record(sha256, commit, isNew)
    }
  } finally {
    release()
  }
  const found = await cache.at(commit)
  if (found) return { ...found, sha256 }
  throw new ChiquitoError(
    'io',
    `The cache "${settings.cache}" lost ${file.repo}/${file.file} again. Try again.`,
  )
}

async function lookUp(
  file: HubFile,
  settings: HubSettings,
  connection: ClientOptions & RetryOptions,
): Promise<Version> {
  const address = hubAddress(file, settings)
  try {
    const { status, header } = await inspect(
      address,
      answer => answer.header('x-repo-commit') !== undefined && answer.header('x-linked-etag') !== undefined,
      connection,
    )
    // The answer to a redirect has a length and an etag of its own; the file's are in the headers beside them.
    const isFile = status < 300
    return checked(address, file, {
      commit: header('x-repo-commit') ?? '',
      sha256: tagOf(header('x-linked-etag') ?? (isFile ? header('etag') : undefined)),
      size: Number(header('x-linked-size') ?? (isFile ? header('content-length') : undefined)),
    })
  } catch (error) {
    throw error instanceof RefusedError ? refused(error, file, settings) : error
  }
}

/** Commit and hash become parts of paths, and the size decides what is fetched: none is taken as it comes. */
function checked(address: string, file: HubFile, version: Version): Version {
  const { commit, sha256, size } = version
  if (!commitPattern.test(commit) || !sha256Pattern.test(sha256) || !Number.isSafeInteger(size))
    throw new ChiquitoError(
      'io',
      `${address} does not say commit, SHA-256 and size of the file, as the Hugging Face Hub does. Check HF_ENDPOINT, and whether a proxy stands between.`,
    )
  if (sha256 !== (file.sha256 ?? sha256))
    throw new ChiquitoError(
      'data',
      `${address} is another file than the one known here: its SHA-256 is ${sha256}, expected ${file.sha256}.`,
    )
  if (size > MAX_BYTES)
    throw new ChiquitoError('data', `${address} has ${size} bytes; at most ${MAX_BYTES} are fetched.`)
  return version
}

/** The name in `"v"` or `W/"v"`. */
function tagOf(etag: string | undefined): string {
  return (etag ?? '').replace(/^W\//, '').replace(/^"|"$/g, '')
}

/** What a refusal of the Hub means; it hides what does not exist and what is private behind the same 401. */
function refused({ status, header }: RefusedError, file: HubFile, { endpoint }: HubSettings): ChiquitoError {
  const page = `${endpoint}/${file.repo}`
  const code = /^\w{1,40}$/.exec(header('x-error-code') ?? '')?.[0]
  const answer = `The Hub refuses ${file.repo}/${file.file} (${[status, code].filter(Boolean).join(' ')})`
  if (code === 'GatedRepo')
    return new ChiquitoError(
      'io',
      `${answer}: it is given to those who accept its conditions at ${page}. Do so, and set HF_TOKEN.`,
    )
  if (status === 401 || status === 403)
    return new ChiquitoError(
      'io',
      `${answer}: it is not public, or not there, or the token is not valid. Look at ${page}, and set HF_TOKEN to a token that may read it, or take a wrong one away.`,
    )
  return new ChiquitoError('io', `${answer}: look at ${page} whether it is there, and check HF_ENDPOINT.`)
}
