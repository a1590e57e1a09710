import type { Redis, RedisOptions } from 'ioredis'
import {
  ChiquitoError,
  INTERRUPTED,
  messageOf,
  type Progress,
  pause,
  throwIfAborted,
  type WorkOptions,
} from '../../core/index.js'
import type { QueueAddress } from './address.js'
import { queuePackages } from './packages.js'

/** How long somebody who typed an address is kept in the dark when nobody answers there. */
const FIRST_ANSWER_MS = 10_000

/** A server that comes back is found again within a second. */
const MOST_BETWEEN_TRIES_MS = 1000
const CONNECT_MS = 5000

/** Every connection hears something each ten seconds, if only that there is nothing: after so long without a byte the other end is gone. */
const SILENCE_MS = 30_000

const OLDEST_REDIS = 5

/** Reasons to refuse that waiting does not mend. */
const refusals: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [
    /NOAUTH/,
    'it wants a password, redis://:PASSWORD@HOST:PORT, best given in the environment, as CHIQUITO_QUEUE',
  ],
  [/WRONGPASS|invalid password|NOPERM/i, 'it refuses this user or password'],
  [/DB index|invalid DB/i, 'it has no database of this number'],
  [/ALTNAME|altnames/i, 'its certificate is for another host: name it as the certificate does'],
  [
    /CERT|certificate|self.signed/i,
    'its certificate is not trusted here (NODE_EXTRA_CA_CERTS names a file of those that are)',
  ],
  [
    /wrong version number|EPROTO|packet length too long/i,
    'it does not speak TLS there: try redis:// instead of rediss://',
  ],
]

const absences: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/ECONNREFUSED/, 'nothing listens there'],
  [/ENOTFOUND|EAI_AGAIN/, 'the name of the host is not known'],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|timeout/i, 'it does not answer'],
  [/LOADING/, 'it still reads its data'],
]

/**
 * The connection to a server that askers and workers speak through. It may be away for a while: whoever waits for an answer then waits
 * longer, which is said once, and once more when it is back.
 */
export class Connection {
  private isAway = false
  private isClosing = false

  private constructor(
    readonly redis: Redis,
    /** Itself, and those that BullMQ made of it. */
    private readonly made: readonly Redis[],
    readonly address: QueueAddress,
    private readonly progress: Progress | undefined,
  ) {}

  /** @throws `usage` where the server refuses, `io` where there is none; `interrupted` */
  static async open(address: QueueAddress, { progress, signal }: WorkOptions): Promise<Connection> {
    throwIfAborted(signal)
    const { Redis } = await queuePackages()
    const made: Redis[] = []
    const connection = new Connection(tidy(new Redis(optionsFor(address)), made), made, address, progress)
    try {
      await firstAnswer(connection.redis, address, signal)
      connection.listen()
      await connection.look()
      return connection
    } catch (error) {
      connection.redis.disconnect()
      throw error
    }
  }

  /** What may be said of an error of the client: never a password, as some of its errors hold the command. */
  reasonOf(error: unknown): string {
    return reasonOf(error, this.address)
  }

  /** Whether the server would answer now. */
  get isThere(): boolean {
    return this.redis.status === 'ready'
  }

  /** From now on nobody is told that it closes. */
  leave(): void {
    this.isClosing = true
  }

  async close(): Promise<void> {
    this.leave()
    if (this.isThere) await this.redis.quit().catch(() => undefined)
    // While the server is away BullMQ leaves those open that it made, and they would look for it for as long as it takes.
    for (const redis of this.made) {
      redis.disconnect()
      clearForgotten(redis)
    }
  }

  private listen(): void {
    let last: unknown
    this.redis.on('error', (error: unknown) => {
      last = error
    })
    this.redis.on('close', () => {
      if (this.isClosing || this.isAway) return
      this.isAway = true
      const why = last === undefined ? '' : `: ${this.reasonOf(last)}`
      this.say(`The queue at ${this.address.shown} is away${why}. Work goes on when it is back.`)
    })
    this.redis.on('ready', () => {
      last = undefined
      if (!this.isAway) return
      this.isAway = false
      this.say(`The queue at ${this.address.shown} is back.`)
    })
  }

  /** What would go wrong later, and then puzzles. */
  private async look(): Promise<void> {
    const told = await this.redis.info().catch(() => '')
    const fact = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(told)?.[1]
    const version = fact('redis_version')
    if (version !== undefined && Number.parseInt(version, 10) < OLDEST_REDIS)
      throw new ChiquitoError(
        'usage',
        `The server at ${this.address.shown} is Redis ${version}: ${OLDEST_REDIS} or later, or Valkey, is needed.`,
      )
    const policy = fact('maxmemory_policy')
    if (policy !== undefined && policy !== 'noeviction')
      this.say(
        `The server at ${this.address.shown} throws away what it holds when its memory is full (maxmemory-policy ${policy}): ` +
          'jobs among it are handed out again. "noeviction" is right for a queue.',
      )
  }

  private say(message: string): void {
    this.progress?.({ kind: 'notice', message })
  }
}

/**
 * ioredis 5 forgets the timer of `socketTimeout` when a connection closes: it holds the process for as long, and ends the connection that
 * comes next (its issue 2147, mended in 6). So it is cleared here, also for the connections that BullMQ makes of this one.
 *
 * @param made - takes each of them
 */
function tidy(redis: Redis, made: Redis[]): Redis {
  made.push(redis)
  redis.on('close', () => clearForgotten(redis))
  const duplicate = redis.duplicate.bind(redis)
  redis.duplicate = (...options) => tidy(duplicate(...options), made)
  return redis
}

function clearForgotten(redis: Redis): void {
  const timer: unknown = Reflect.get(redis, 'socketTimeoutTimer')
  if (timer === undefined) return
  clearTimeout(Number(timer))
  Reflect.set(redis, 'socketTimeoutTimer', undefined)
}

function optionsFor(address: QueueAddress): RedisOptions {
  const { host, port, db, username, password, isEncrypted } = address
  return {
    host,
    port,
    db,
    username,
    password,
    ...(isEncrypted ? { tls: {} } : {}),
    // Whoever waits goes on waiting while the server is away.
    maxRetriesPerRequest: null,
    retryStrategy: tries => Math.min(50 * 2 ** Math.min(tries, 10), MOST_BETWEEN_TRIES_MS),
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
  }
}

async function firstAnswer(
  redis: Redis,
  address: QueueAddress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const heard = new AbortController()
  let last: unknown
  let isHangingUp = false
  const answered = new Promise<void>((resolve, reject) => {
    redis.once('ready', resolve)
    redis.on('close', () => {
      isHangingUp = true
    })
    redis.on('error', (error: unknown) => {
      last = error
      const refusal = refusals.find(([pattern]) => pattern.test(textOf(error)))
      if (refusal)
        reject(new ChiquitoError('usage', `Cannot use the queue at ${address.shown}: ${refusal[1]}.`))
    })
    signal?.addEventListener('abort', () => reject(new ChiquitoError('interrupted', INTERRUPTED)), {
      signal: heard.signal,
    })
  })
  const late = pause(FIRST_ANSWER_MS, heard.signal).then(() => {
    throw unanswered(address, last, isHangingUp)
  })
  try {
    await Promise.race([answered, late])
  } finally {
    heard.abort()
  }
}

function unanswered(address: QueueAddress, last: unknown, isHangingUp: boolean): ChiquitoError {
  const text = last === undefined ? '' : textOf(last)
  const isMute = text === '' || /ETIMEDOUT|ECONNRESET|EPIPE|closed/i.test(text)
  const why = isMute ? silence(address, isHangingUp) : reasonOf(last, address)
  return new ChiquitoError(
    'io',
    `Cannot reach the queue at ${address.shown}: ${why}. Start Redis or Valkey there, or correct --queue.`,
  )
}

/** What no answer at all may mean: one side speaks TLS, and the other waits or hangs up. */
function silence({ isEncrypted }: QueueAddress, isHangingUp: boolean): string {
  if (isEncrypted)
    return 'it does not answer. Where it does not speak TLS, name it with redis:// instead of rediss://'
  return isHangingUp
    ? 'it hangs up. Where it speaks TLS only, name it with rediss:// instead of redis://'
    : 'it does not answer'
}

function reasonOf(error: unknown, { password }: QueueAddress): string {
  const text = textOf(error)
  const known = [...refusals, ...absences].find(([pattern]) => pattern.test(text))
  if (known) return known[1]
  const message = messageOf(error)
  return password === undefined ? message : message.replaceAll(password, '…')
}

/** Its message and code; of several attempts (IPv6, IPv4) those of each. */
function textOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(textOf).join(' ')
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return `${messageOf(error)} ${code}`
}
