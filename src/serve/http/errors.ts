import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context, Hono } from 'hono'
import { GoneError, ProblemError } from './problem.js'
import { sendProblem } from './send.js'

/** What handlers of our servers get: Node's own request and response. */
export interface HttpEnv {
  Bindings: HttpBindings
}

export interface ErrorSettings {
  /** The server is being stopped. */
  readonly isStopping: () => boolean
  /** Told what nobody expected. */
  readonly failed: (error: unknown) => void
  /** What errors of ours are to those who ask; undefined for what nobody expected. */
  readonly problemOf?: ((error: unknown) => ProblemError | undefined) | undefined
}

/** Every error of a handler as a problem document. */
export function answerErrors(
  app: Hono<HttpEnv>,
  { isStopping, failed, problemOf = () => undefined }: ErrorSettings,
): void {
  app.onError((error, c) => {
    if (error instanceof GoneError) {
      c.env.outgoing.destroy()
      return RESPONSE_ALREADY_SENT
    }
    if (error instanceof ProblemError) return told(c, error)
    const known = isStopping() ? undefined : problemOf(error)
    if (known !== undefined) return told(c, known)
    failed(error)
    const detail = isStopping()
      ? 'The server was stopped before it could answer. Ask again.'
      : 'The server could not answer; its log says why. Ask again, and tell whoever runs it where that does not help.'
    return told(c, new ProblemError('failed', detail))
  })
}

/** A problem as the answer. */
export function told(c: Context<HttpEnv>, problem: ProblemError): Response {
  sendProblem(c.env.incoming, c.env.outgoing, problem)
  return RESPONSE_ALREADY_SENT
}
