import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { ChiquitoError, messageOf } from '../../core/index.js'
import { parseAddress } from '../../net/index.js'

const DEFAULT_ENDPOINT = 'https://huggingface.co'

/** Tokens have under a hundred characters; a file of more is something else. */
const MAX_TOKEN_CHARACTERS = 4096

/** A weights file on the Hugging Face Hub. */
export interface HubFile {
  /** `owner/name` */
  readonly repo: string
  /** Its path in the repository. */
  readonly file: string
  /** A commit, tag or branch; `main` when absent. */
  readonly revision?: string | undefined
  /** In hex, where it is known; the Hub names it too. */
  readonly sha256?: string | undefined
  /** About so many, to tell a person before the file is fetched. */
  readonly bytes?: number | undefined
}

/** Where the Hub is and what is said to it: by the variables that all the Hub's tools obey. */
export interface HubSettings {
  /** Without slash at the end. */
  readonly endpoint: string
  /** Whether a person gave the endpoint: it may then be on this machine or network. */
  readonly isOwnEndpoint: boolean
  /** The folder of the cache. It may not exist. */
  readonly cache: string
  /** Nothing is to be fetched. */
  readonly offline: boolean
  /** Whether the cache may have symbolic links. */
  readonly links: boolean
  /** Says who asks, for files that are not public. @throws `usage`, never showing it */
  token(): string | undefined
}

/** What decides on the settings; the running system's own unless a test says otherwise. */
export interface HubSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
}

/**
 * Reads `HF_ENDPOINT`, `HF_HUB_CACHE`, `HF_HOME`, `HF_TOKEN`, `HF_TOKEN_PATH`, `HF_HUB_OFFLINE` and their older names.
 * https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 *
 * @throws `usage` for an endpoint that is no address
 */
export function hubSettings(
  { env, home }: HubSurroundings = { env: process.env, home: homedir() },
): HubSettings {
  const folder = (path: string) => resolve(path.replace(/^~(?=$|[\\/])/, home))
  const hubHome = folder(env.HF_HOME || join(env.XDG_CACHE_HOME || join(home, '.cache'), 'huggingface'))
  return {
    endpoint: endpointOf(env.HF_ENDPOINT),
    isOwnEndpoint: Boolean(env.HF_ENDPOINT),
    cache: folder(env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(hubHome, 'hub')),
    offline: isTrue(env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE),
    links: !isTrue(env.HF_HUB_DISABLE_SYMLINKS),
    token: () => {
      const given = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN
      if (given) return checkedToken(given, 'HF_TOKEN')
      if (isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined
      return tokenIn(env.HF_TOKEN_PATH ? folder(env.HF_TOKEN_PATH) : join(hubHome, 'token'))
    },
  }
}

function endpointOf(given: string | undefined): string {
  if (!given) return DEFAULT_ENDPOINT
  try {
    return parseAddress(given).href.replace(/\/+$/, '')
  } catch (error) {
    throw new ChiquitoError('usage', `HF_ENDPOINT: ${messageOf(error)}`, { cause: error })
  }
}

function isTrue(value: string | undefined): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes((value ?? '').toUpperCase())
}

/** The token that logging in left in a file; a file that cannot be read is none. */
function tokenIn(path: string): string | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  return text.trim() === '' ? undefined : checkedToken(text, path)
}

function checkedToken(text: string, source: string): string {
  const token = text.trim()
  if (token.length <= MAX_TOKEN_CHARACTERS && /^[\x21-\x7e]+$/.test(token)) return token
  throw new ChiquitoError(
    'usage',
    `${source} holds no token of the Hugging Face Hub: that has no spaces and only ASCII characters. Copy it again, or take it away: public files need none.`,
  )
}
