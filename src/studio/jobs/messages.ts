import type { Failure } from '../../core/index.js'
import type { JobKind } from '../api/jobs.js'
import type { Places } from '../runs/index.js'
import type { Told } from './told.js'

/** What a process is to do. */
export interface Assignment {
  readonly kind: JobKind
  readonly options: Readonly<Record<string, unknown>>
  readonly places: Places
  /** Go on with what was cut off. */
  readonly isResumed: boolean
  /** A file that the process holds as long as it works: the next one for the same job waits for it. */
  readonly lock: string
}

export type ToChild =
  | { readonly say: 'begin'; readonly assignment: Assignment }
  /** End cleanly, so that the work can be gone on with. */
  | { readonly say: 'stop' }

export type FromChild =
  | { readonly say: 'told'; readonly told: Told }
  | { readonly say: 'done'; readonly told: Told; readonly result: Record<string, unknown> }
  | { readonly say: 'failed'; readonly told: Told; readonly failure: Failure }
