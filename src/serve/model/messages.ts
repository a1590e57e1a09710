import type { ErrorCode } from '../../core/index.js'
import type { Device } from '../../engine/index.js'
import type { Prediction } from '../../predict/index.js'
import type { ModelMetadata } from '../../run/index.js'

// What the server's thread and a looker's thread say to each other.

/** What a looker is started with. */
export interface LookerSettings {
  /** Of the model file. */
  readonly path: string
  readonly device: Device | undefined
  readonly threads: number
}

/** What is known of a model that is ready. */
export interface ModelFacts extends Omit<ModelMetadata, 'golden'> {
  /** SHA-256 of the file, hexadecimal. */
  readonly id: string
  /** What `known` has to reach. */
  readonly known: number | undefined
  /** Whether it takes several photos at a time. */
  readonly takesBatches: boolean
}

/** Views to look at, bytes [count, size, size, 3] and whatever is behind them; the memory comes back with the answer. */
export interface Batch {
  readonly views: Uint8Array<ArrayBuffer>
  readonly count: number
}

export type ToLooker = Batch | 'close'

export interface Failure {
  readonly code: ErrorCode
  readonly message: string
}

export type FromLooker =
  | { readonly kind: 'ready'; readonly facts: ModelFacts }
  | { readonly kind: 'refused'; readonly failure: Failure }
  | { readonly kind: 'notice'; readonly message: string }
  | {
      readonly kind: 'answer'
      readonly predictions: Prediction[]
      readonly views: Uint8Array<ArrayBuffer>
      readonly seconds: number
    }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly views: Uint8Array<ArrayBuffer> }
