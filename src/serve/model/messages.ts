import type { Failure } from '../../core/index.js'
import type { Device, Optimization } from '../../engine/index.js'
import type { RawAnswers } from '../../predict/index.js'
import type { ModelMetadata } from '../../run/index.js'

// What the server says to the process that checks a model, and to the thread that its network runs on.

/** What is known of a model that answers as it did when it was made. */
export interface ModelFacts extends Omit<ModelMetadata, 'golden'> {
  /** SHA-256 of the file, hexadecimal. */
  readonly id: string
  /** What `known` has to reach; undefined where it knows its photos by nothing. */
  readonly known?: number | undefined
  /** Whether it takes several photos at a time. */
  readonly takesBatches: boolean
}

export type FromCheck =
  | { readonly kind: 'ready'; readonly facts: ModelFacts; readonly isPrepared: boolean }
  | { readonly kind: 'refused'; readonly failure: Failure }
  | { readonly kind: 'notice'; readonly message: string }

/** What a looker is started with. */
export interface LookerSettings {
  /** The model file, or what was prepared of it. */
  readonly file: string
  /** `none` for what was prepared. */
  readonly optimize: Optimization
  /** The model file, for messages. */
  readonly name: string
  readonly device: Device | undefined
  readonly threads: number
  /** Side of a view. */
  readonly size: number
}

/** Views to look at, bytes [count, size, size, 3] and whatever is behind them; the memory comes back with the answer. */
export interface Batch {
  readonly views: Uint8Array<ArrayBuffer>
  readonly count: number
}

export type ToLooker = Batch | 'close'

export type FromLooker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly failure: Failure }
  | { readonly kind: 'notice'; readonly message: string }
  | {
      readonly kind: 'answer'
      readonly answers: RawAnswers
      readonly views: Uint8Array<ArrayBuffer>
      readonly seconds: number
    }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly views: Uint8Array<ArrayBuffer> }
