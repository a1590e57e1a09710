import type { Failure } from '../../core/index.js'
import type { Device, Optimization } from '../../engine/index.js'
import type { GateSeat, ViewRule } from '../../images/index.js'
import type { RawAnswers } from '../../predict/index.js'
import type { ModelMetadata } from '../../run/index.js'

// What the server says to the process that checks a model, and to the threads that judge photos.

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
  /** How photos become what the network sees. */
  readonly rule: ViewRule
  /** Photos that the network looks at together, at most. */
  readonly batch: number
  /** Its place in the books of memory for decoding. */
  readonly seat: GateSeat
}

/** A photo's file. */
export interface SentFile {
  /** Handed over: they may be gone once it is judged. */
  readonly bytes: Uint8Array
  /** Pixels that it may have. */
  readonly mostPixels: number
}

export interface PhotoRequest extends SentFile {
  readonly id: number
}

export type ToLooker = PhotoRequest | 'close'

export type FromLooker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly failure: Failure }
  | { readonly kind: 'notice'; readonly message: string }
  | {
      readonly kind: 'answers'
      /** Of the photos, in the order of the answers. */
      readonly ids: readonly number[]
      readonly answers: RawAnswers
      /** That the network took. */
      readonly seconds: number
    }
  | { readonly kind: 'failed'; readonly ids: readonly number[]; readonly failure: Failure }
