import type { Failure } from '../core/index.js'
import type { Job } from './job.js'
import type { Performed } from './perform.js'

/** What a thread is started with. */
export interface ThreadData {
  /** Address of the module that exports `jobKinds`. */
  readonly kinds: string
  /** Address of the store. */
  readonly store: string
  /** Threads of the processor for each. */
  readonly threads: number
}

export type ToThread =
  | { readonly say: 'do'; readonly id: number; readonly job: Job }
  | { readonly say: 'stop' }
  | { readonly say: 'close' }

export type FromThread =
  | { readonly id: number; readonly key: string; readonly performed: Performed }
  | { readonly id: number; readonly key: string; readonly failure: Failure }
