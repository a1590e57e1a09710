import type { Job, JobKind } from '../api/jobs.js'
import type { Changes } from '../changes.js'
import type { Workspace } from '../workspace.js'

/** Long work, each piece in a process of its own, with records on disk. */
export interface Jobs {
  /** @throws `usage`: options that do not fit */
  start(kind: JobKind, options: Readonly<Record<string, unknown>>): Promise<Job>
  /** Stops it so that it can be resumed. */
  stop(id: string): Promise<Job>
  resume(id: string): Promise<Job>
  /** Newest first. */
  list(): readonly Job[]
  get(id: string): Job | undefined
  /** @returns what ends the listening */
  onChange(listener: (job: Job) => void): () => void
  /** Interrupts what is running; all of it can be resumed. */
  close(): Promise<void>
}

/** Opens the records of a workspace's jobs; what a killed server left running is `cut-off`. */
export async function openJobs(_workspace: Workspace, _changes: Changes): Promise<Jobs> {
  const none = () => Promise.reject(new Error('Jobs are not built yet.'))
  return {
    start: none,
    stop: none,
    resume: none,
    list: () => [],
    get: () => undefined,
    onChange: () => () => undefined,
    close: async () => undefined,
  }
}
