import { ChiquitoError } from '../../core/index.js'

const DEFAULT_PORT = 6379
const MAX_PORT = 65_535

/** Databases of a server, of which configurations rarely have more than sixteen. */
const MAX_DB = 1_000_000

/** Where a Redis or Valkey server listens, and how to get in. */
export interface QueueAddress {
  /** As it is shown to people: without user and password. */
  readonly shown: string
  readonly host: string
  readonly port: number
  readonly db: number
  readonly isEncrypted: boolean
  readonly username: string | undefined
  readonly password: string | undefined
}

/**
 * The address that a person gave, or the one in the environment. A password may lie in the environment alone, where the list of
 * processes does not show it: it is taken from there for the same server.
 *
 * @param given - as `redis://[[user]:password@]host[:port][/db]`, or `rediss://` for TLS
 * @param kept - what `CHIQUITO_QUEUE` holds
 * @throws `usage` for what is no such address; the message never repeats it, as a password may be in it
 */
export function queueAddress(given: string | undefined, kept: string | undefined): QueueAddress | undefined {
  const inEnvironment = kept ? parsed(kept, 'CHIQUITO_QUEUE') : undefined
  if (given === undefined) return inEnvironment
  const address = parsed(given, '--queue')
  const isSame = address.host === inEnvironment?.host && address.port === inEnvironment.port
  if (address.password !== undefined || !isSame) return address
  return {
    ...address,
    username: address.username ?? inEnvironment.username,
    password: inEnvironment.password,
  }
}

function parsed(text: string, from: string): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isEncrypted = url?.protocol === 'rediss:'
  if (!url?.hostname || !(isEncrypted || url.protocol === 'redis:') || url.search !== '' || url.hash !== '')
    throw refused(from)
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port)
  const db = /^\/?(\d{0,7})$/.exec(url.pathname)?.[1]
  if (port < 1 || port > MAX_PORT || db === undefined || Number(db) > MAX_DB) throw refused(from)
  return {
    shown: `${url.protocol}//${url.hostname}:${port}/${Number(db)}`,
    // The brackets of an IPv6 address belong to the URL.
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    db: Number(db),
    isEncrypted,
    username: decoded(url.username, from),
    password: decoded(url.password, from),
  }
}

function decoded(text: string, from: string): string | undefined {
  if (text === '') return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    throw refused(from)
  }
}

function refused(from: string): ChiquitoError {
  return new ChiquitoError(
    'usage',
    `${from} must be the address of a Redis or Valkey server, such as redis://10.0.0.5:6379 or, with a password and over TLS, ` +
      'rediss://:PASSWORD@host:6380/0. Signs of a password that mean something in an address are written as %40 for "@", %2F for "/", and so on.',
  )
}
