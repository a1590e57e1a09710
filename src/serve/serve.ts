import { isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { modelPath } from '../actions/predict.js'
import {
  argumentError,
  ChiquitoError,
  INTERRUPTED,
  messageOf,
  plural,
  throwIfAborted,
  untilAborted,
  type WorkOptions,
} from '../core/index.js'
import type { Device } from '../engine/index.js'
import {
  BODIES_IN_MEMORY,
  createApp,
  defaultLimits,
  Gate,
  HttpServer,
  isLoopback,
  Metrics,
  Room,
  requireGoodToken,
  routeOf,
  type ServeLimits,
} from './http/index.js'
import { ModelKeeper } from './model/index.js'

export interface ServeOptions extends WorkOptions {
  /** A `model.onnx`, or the folder of a run. */
  readonly model: string
  /** A name or an address of this machine to listen on; 127.0.0.1 by default, so that nobody else can ask. */
  readonly host?: string | undefined
  /** 8000 by default; 0 for any that is free. */
  readonly port?: number | undefined
  /** Asked of everybody, where it is given. */
  readonly token?: string | undefined
  /** Further names that the server is reached under: of a proxy before it, or of its container. */
  readonly names?: readonly string[] | undefined
  /** Origins whose pages may ask, such as `https://example.org`. */
  readonly origins?: readonly string[] | undefined
  /** Whether photos may be given by address; only public ones are fetched. */
  readonly allowUrls?: boolean | undefined
  readonly device?: Device | undefined
  /** Threads of the CPU for the network. */
  readonly threads?: number | undefined
  readonly limits?: { readonly [K in keyof ServeLimits]?: number | undefined } | undefined
  /** Calls the listener when the model is to be read anew. */
  readonly onReload?: ((listener: () => void) => void) | undefined
}

/** What is told when the server listens. */
export interface ServeStarted {
  /** `http://127.0.0.1:8000` */
  readonly address: string
  readonly model: string
  readonly labels: readonly string[]
  /** What `known` has to reach; null where the model never says "neither". */
  readonly threshold: number | null
  readonly token: boolean
}

const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_PORT = 8000

/** Photos that a network looks at together: measured in docs/decisions/0091-memory-of-a-server.md. */
const BATCH = 2

/** Of a limit of time: two of them are waited for together, and timers of Node end at 24 days. */
const MAX_SECONDS = 24 * 60 * 60

/** Seconds beyond all time limits after which connections are cut off when the server stops. */
const STOP_SECONDS = 5

/**
 * Serves a model over HTTP until the signal fires: then requests under way are answered, others refused, and this throws
 * `interrupted`.
 *
 * @param started - told when it listens
 * @throws `io`: no such model, or it cannot listen there; `model`; `usage`; `interrupted`
 */
export async function serve(
  options: ServeOptions,
  started: (info: ServeStarted) => Promise<void>,
): Promise<never> {
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, token, origins = [], allowUrls = false } = options
  const { progress, signal = new AbortController().signal } = options
  const limits = limitsOf(options.limits)
  if (token !== undefined) requireGoodToken(token)
  for (const origin of origins) requireOrigin(origin)
  const names = (options.names ?? []).map(hostNameOf)
  const notice = (message: string) => progress?.({ kind: 'notice', message })
  const path = await modelPath(options.model, progress)
  const room = new Room({ bytes: limits.bodyBytes * BODIES_IN_MEMORY, photos: limits.waiting })
  const holder: { keeper?: ModelKeeper } = {}
  const metrics = new Metrics(room, () => holder.keeper?.isReady ?? false)
  const threads = options.threads ?? availableParallelism()
  const keeper = await ModelKeeper.open(path, {
    device: options.device,
    threads,
    signal,
    batch: BATCH,
    notice,
    observe: (photos, seconds) => metrics.batch(photos, seconds),
    reloaded: outcome => metrics.reload(outcome),
  })
  holder.keeper = keeper
  if (signal.aborted) {
    await keeper.close()
    throwIfAborted(signal)
  }
  try {
    const app = createApp({
      keeper,
      limits,
      room,
      metrics,
      allowsUrls: allowUrls,
      asksToken: token !== undefined,
      isStopping: () => signal.aborted,
      failed: error => notice(`A request failed: ${messageOf(error)}`),
    })
    const gate = new Gate({ host, names, origins, token })
    const server = await HttpServer.listen({
      host,
      port,
      limits,
      gate,
      app,
      observe: (path, status, seconds) => metrics.request(routeOf(path ?? ''), status, seconds),
    })
    const stopped = untilAborted(signal)
    options.onReload?.(() => void keeper.reload('it was asked for'))
    const { labels, known } = keeper.current.facts
    if (token === undefined && !isLoopback(host))
      notice(
        `Whoever reaches ${host} can ask, as there is no token: give --token, or CHIQUITO_TOKEN in the environment.`,
      )
    await started({
      address: server.address,
      model: path,
      labels,
      threshold: known ?? null,
      token: token !== undefined,
    })
    await stopped
    await server.stop(limits.uploadSeconds + limits.seconds + STOP_SECONDS)
    throw new ChiquitoError(
      'interrupted',
      `${INTERRUPTED} ${plural(server.answered, 'request')} answered, none left.`,
    )
  } finally {
    await keeper.close()
  }
}

function limitsOf(given: ServeOptions['limits'] = {}): ServeLimits {
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  const limits = { ...defaultLimits, ...Object.fromEntries(set) }
  for (const [name, value] of Object.entries(limits))
    if (!(value > 0 && Number.isFinite(value))) throw argumentError(name, 'a number above 0', value)
  for (const name of ['seconds', 'uploadSeconds'] as const)
    if (limits[name] > MAX_SECONDS) throw argumentError(name, `at most ${MAX_SECONDS}`, limits[name])
  return limits
}

function requireOrigin(origin: string): void {
  if (URL.canParse(origin) && new URL(origin).origin === origin) return
  throw argumentError('--allow-origin', 'an origin, such as https://example.org, without a path', origin)
}

/** A host's name as requests have it: small letters, other alphabets in ASCII. @throws ChiquitoError `usage` */
function hostNameOf(name: string): string {
  const address = `http://${isIP(name) === 6 ? `[${name}]` : name}/`
  const { hostname, href } = URL.canParse(address) ? new URL(address) : { hostname: '', href: '' }
  if (!/[\s*]/.test(name) && href === `http://${hostname}/`) return hostname
  throw argumentError('--name', 'a name such as photos.example.org, without https:// and port', name)
}
