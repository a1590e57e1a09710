import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { ChiquitoError, INTERRUPTED, untilAborted, type WorkOptions } from '../core/index.js'
import { isLoopback, requireGoodToken } from '../serve/index.js'
import { Changes } from './changes.js'
import { clearIncoming, tellOfPhotos } from './gather/index.js'
import { studioGate } from './http/index.js'
import { openJobs } from './jobs/index.js'
import { shelfOf } from './photos/index.js'
import { createStudioApp, listen } from './server.js'
import { watchDisk } from './watching/index.js'
import { openWorkspace } from './workspace.js'

export interface StudioOptions extends WorkOptions {
  /** A data set, or a folder for one; made where there is none. */
  readonly dir: string
  /** 127.0.0.1 by default, so that nobody else can ask. */
  readonly host?: string | undefined
  /** 4747 by default, or the next that is free; 0 for any. */
  readonly port?: number | undefined
  /** Made at random by default. */
  readonly token?: string | undefined
}

/** What is told when the studio listens. */
export interface StudioStarted {
  /** With the token: `http://127.0.0.1:4747/?token=…` */
  readonly address: string
  /** The folder, absolute. */
  readonly dir: string
  /** Whether photos lay there already and are worked on where they lie. */
  readonly isInPlace: boolean
}

const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_PORT = 4747
const TOKEN_BYTES = 24

/** Seconds after which connections are cut off when the server stops. */
const STOP_SECONDS = 5

/**
 * Serves the studio until the signal fires: then jobs are interrupted so that they can be resumed, and this throws
 * `interrupted`.
 *
 * @param started - told when it listens
 * @throws `io`, `usage`, `interrupted`
 */
export async function runStudio(
  options: StudioOptions,
  started: (info: StudioStarted) => Promise<void>,
): Promise<never> {
  const { dir, host = DEFAULT_HOST, port = DEFAULT_PORT, progress } = options
  const { token = randomBytes(TOKEN_BYTES).toString('base64url') } = options
  const { signal = new AbortController().signal } = options
  requireGoodToken(token)
  // Each open page waits for its end.
  setMaxListeners(0, signal)
  const notice = (message: string) => progress?.({ kind: 'notice', message })
  const workspace = await openWorkspace(dir)
  const changes = new Changes()
  const jobs = await openJobs(workspace, changes)
  try {
    await clearIncoming(workspace)
    tellOfPhotos(jobs, changes)
    const gate = studioGate({ host, token, dir: workspace.dir })
    const studio = { workspace, jobs, changes, signal, notice }
    const app = createStudioApp(studio, gate)
    const server = await listen(app, gate, { host, port, isFixed: options.port !== undefined })
    // Not before: it goes on looking until the signal fires, whatever became of the port.
    watchDisk(workspace, changes, signal)
    void shelfOf(studio).prepare()
    const stopped = untilAborted(signal)
    if (!isLoopback(host))
      notice(
        `Whoever reaches ${host} and has the token can see and change what is in "${workspace.dir}". It is not encrypted on the way.`,
      )
    const address = `${server.address}/?token=${encodeURIComponent(token)}`
    await started({ address, dir: workspace.dir, isInPlace: workspace.isInPlace })
    await stopped
    await Promise.all([jobs.close(), server.stop(STOP_SECONDS)])
    throw new ChiquitoError('interrupted', INTERRUPTED)
  } finally {
    await jobs.close()
  }
}
