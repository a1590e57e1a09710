import type { WorkerFailure } from './failures.js'
import type { CheckResult, Classifier, Explanation, RuntimeFiles, Verdict } from './types.js'

// What page and worker say to each other. Every question has a number, and its answer has it, too.

/** A picture on its way to the worker: a file, or pixels. */
export type Picture = Blob | ImageBitmap | ImageData

export type Device = 'wasm' | 'webgpu'

export type Question =
  | {
      /** The runtime is made ready while the model is still under way. */
      readonly kind: 'start'
      readonly runtime: RuntimeFiles
      readonly threads: number
    }
  | {
      readonly kind: 'load'
      /** What errors call the model. */
      readonly name: string
      readonly model: ArrayBuffer
      /** Tried in this order; with two of them the faster one is kept. */
      readonly devices: readonly Device[]
    }
  | { readonly kind: 'classify'; readonly pictures: readonly NamedPicture[] }
  | { readonly kind: 'explain'; readonly picture: NamedPicture }
  | { readonly kind: 'check' }
  | {
      /** For people to look at; needs no model. */
      readonly kind: 'show'
      readonly file: Blob
      readonly name: string
      /** Of its sides, in pixels, at most. */
      readonly longest: number
    }

export interface NamedPicture {
  readonly picture: Picture
  /** What errors call it. */
  readonly name: string
}

/** What each kind of question is answered with. */
export interface Answers {
  start: null
  load: Loaded
  classify: readonly (Verdict | WorkerFailure)[]
  explain: Explanation
  check: CheckResult
  show: ImageBitmap
}

export interface Loaded {
  readonly labels: readonly string[]
  readonly threshold: number | null
  readonly device: Device
  readonly threads: number
  readonly explains: boolean
  readonly size: number
  readonly resize: Classifier['resize']
}

export type ToWorker =
  | { readonly id: number; readonly ask: Question }
  | { readonly id: number; readonly abort: true }

export type FromWorker =
  | { readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly id: number; readonly error: WorkerFailure }

export function isFailure(answer: Verdict | WorkerFailure): answer is WorkerFailure {
  return 'code' in answer
}
