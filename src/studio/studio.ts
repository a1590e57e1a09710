import type { Hono } from 'hono'
import type { HttpEnv } from '../serve/index.js'
import type { Changes } from './changes.js'
import type { Jobs } from './jobs/index.js'
import type { Workspace } from './workspace.js'

/** What every route works with. */
export interface Studio {
  readonly workspace: Workspace
  readonly jobs: Jobs
  readonly changes: Changes
  /** Fires when the server is to stop. */
  readonly signal: AbortSignal
  /** Tells the terminal. */
  readonly notice: (message: string) => void
}

export type StudioApp = Hono<HttpEnv>
