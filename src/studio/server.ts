import { Hono } from 'hono'
import { ChiquitoError, messageOf } from '../core/index.js'
import { errorCode } from '../files/index.js'
import { answerErrors, defaultLimits, type HttpEnv, HttpServer, ProblemError, told } from '../serve/index.js'
import { pageRoutes, problemOfAction, type StudioGate } from './http/index.js'
import { routes } from './routes/index.js'
import type { Studio, StudioApp } from './studio.js'
import { requireThere } from './workspace.js'

/** Ports that are tried after the usual one. */
const MORE_PORTS = 20

/** An archive of ten gigabytes takes that long from a phone. */
const UPLOAD_SECONDS = 3600

/** Pages listen whatever there is to be told. */
const EVENTS = '/api/events'

/** The studio's answers. Who may ask has been looked at before. */
export function createStudioApp(studio: Studio, { addTo }: StudioGate): StudioApp {
  const app = new Hono<HttpEnv>({ strict: true })
  pageRoutes(app)
  addTo(app)
  app.use('/api/*', async (c, next) => {
    // An empty folder would be made in its place by whatever is written first.
    if (c.req.path !== EVENTS) await requireThere(studio.workspace)
    await next()
  })
  for (const add of routes) add(app, studio)
  app.notFound(c =>
    told(c, new ProblemError('not-found', 'There is nothing at this path. Load the page again.')),
  )
  answerErrors(app, {
    isStopping: () => studio.signal.aborted,
    failed: error => studio.notice(`A request failed: ${messageOf(error)}`),
    problemOf: problemOfAction,
  })
  return app
}

export interface Place {
  readonly host: string
  /** The port, or the first of several to try. */
  readonly port: number
  readonly isFixed: boolean
}

/** @throws ChiquitoError `io`: no port is free, or the address is none of this machine */
export async function listen(
  app: StudioApp,
  { gate }: StudioGate,
  { host, port, isFixed }: Place,
): Promise<HttpServer> {
  const limits = { ...defaultLimits, uploadSeconds: UPLOAD_SECONDS }
  for (let tried = port; ; tried++)
    try {
      return await HttpServer.listen({ host, port: tried, limits, gate, app })
    } catch (error) {
      const isTaken = error instanceof ChiquitoError && errorCode(error.cause) === 'EADDRINUSE'
      if (!isTaken || isFixed || tried >= port + MORE_PORTS) throw error
    }
}
