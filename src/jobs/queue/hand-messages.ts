import type { Failure } from '../../core/index.js'
import type { Performed } from '../perform.js'
import type { Step } from './steps.js'

/** What a process that does jobs is started with. */
export interface HandStart {
  /** Address of the module that exports `jobKinds`. */
  readonly kinds: string
  /** Addresses of the stores in which jobs may lie, as the worker was given them. */
  readonly stores: readonly string[]
  /** Threads of the processor for a job. */
  readonly threads: number
  /** A folder of its own for files that it needs for a while. It goes with the process, however that ends. */
  readonly folder: string
}

export type ToHand =
  /** @param store - where whoever asked says that the job is */
  { readonly say: 'do'; readonly key: string; readonly store: string } | { readonly say: 'stop' }

export type FromHand =
  | { readonly say: 'ready' }
  | { readonly say: 'began'; readonly kind: string }
  | { readonly say: 'step'; readonly step: Step }
  | { readonly say: 'done'; readonly performed: Performed }
  | { readonly say: 'failed'; readonly failure: Failure }
  /** None of its stores has the job. */
  | { readonly say: 'unseen' }
