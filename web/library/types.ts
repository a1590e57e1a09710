// The public shapes of `chiquito/web`. They import nothing, so that their declarations stand alone.

/** What a model says of one photo: the same as `chiquito predict --json` prints. */
export interface Verdict {
  /** The most probable label. */
  readonly label: string
  /** Of each label, in the model's order; they sum to 1. */
  readonly probabilities: readonly number[]
  /** How like the photos learnt from it is, 0 to 1: a conformal p-value. Null where the model does not say. */
  readonly known: number | null
  /** Whether it is too unlike them for any of the labels: "neither". */
  readonly abstained: boolean
}

/** Which places of a photo spoke for its most probable label, and which against it: by the gradients of the network's last maps. */
export interface Explanation {
  readonly verdict: Verdict
  /** Places across and down, evenly over the photo as the network sees it. */
  readonly width: number
  readonly height: number
  /** Row-major `[height, width]`: what each place spoke for the label, in log-odds; above 0 for it, below 0 against it. */
  readonly values: Float32Array
}

/** One of many photos: its verdict, or why there is none. */
export type Outcome = { readonly verdict: Verdict } | { readonly error: Error }

/** How the golden photos that the model carries were answered. */
export interface CheckResult {
  /** Whether all of them as when the model was made. */
  readonly agrees: boolean
  /** How many it carries; with none nothing is shown. */
  readonly photos: number
  /** What differs, as a sentence; undefined where nothing does. */
  readonly message?: string | undefined
}

/** What a model is loaded from: where it is, or its bytes (which are copied, and stay usable). */
export type ModelSource = string | URL | ArrayBuffer | ArrayBufferView | Blob

/** Whatever shows a picture. A `Blob` or `File` is decoded as `chiquito predict` does; the others are taken as they are. */
export type ImageInput =
  | Blob
  | HTMLImageElement
  | HTMLCanvasElement
  | HTMLVideoElement
  | OffscreenCanvas
  | ImageBitmap
  | ImageData
  | VideoFrame

/** Bytes so far; `total` is undefined where the server does not say. */
export type LoadProgress = (loaded: number, total: number | undefined) => void

/** Addresses of the files of onnxruntime-web, all of one version. */
export interface RuntimeFiles {
  /** `ort.wasm.min.mjs`. */
  readonly script: string
  /** `ort-wasm-simd-threaded.mjs`. */
  readonly loader: string
  /** `ort-wasm-simd-threaded.wasm`; to be served as `application/wasm`, or it is fetched twice. */
  readonly wasm: string
  /** The same file compressed by gzip, where the host has it: fetched in its place, since many hosts compress nothing. */
  readonly packed?: string | undefined
}

export interface LoadOptions {
  /** Stops loading. */
  readonly signal?: AbortSignal | undefined
  /** Told of each piece of the model as it comes. */
  readonly progress?: LoadProgress | undefined
  /** Name of a cache (Cache Storage) that keeps the model for times without a network; none by default. */
  readonly cache?: string | undefined
  /** Where the runtime's files are: a folder with all of them, or each; those of this package by default. */
  readonly runtime?: string | Partial<Record<'wasm' | 'webgpu', RuntimeFiles>> | undefined
  /** `auto` takes WebGPU where a timed photo is faster with it; `wasm` by default. */
  readonly device?: 'auto' | 'wasm' | 'webgpu' | undefined
  /** Threads of WebAssembly: by default what there is, to 4, on pages that are cross-origin isolated; 1 on others. */
  readonly threads?: number | undefined
  /** Address of the worker's script, where the usual one is not to be had. */
  readonly worker?: string | undefined
}

export interface ClassifyOptions {
  readonly signal?: AbortSignal | undefined
}

export interface ClassifyAllOptions extends ClassifyOptions {
  /** Photos that the network looks at together, 1 to 64; 4 by default. More take more memory. */
  readonly batch?: number | undefined
  /** Told how many of how many are done. */
  readonly progress?: ((done: number, total: number) => void) | undefined
}

/** A model at work in a worker of its own. */
export interface Classifier {
  /** In the order of `probabilities`. */
  readonly labels: readonly string[]
  /** What `known` has to reach; null where the model knows its photos by nothing. */
  readonly threshold: number | null
  /** What it computes on. */
  readonly device: 'wasm' | 'webgpu'
  readonly threads: number
  /** Whether {@link Classifier.explain} can answer. */
  readonly explains: boolean
  /** Side of the square that the network sees, in pixels. */
  readonly size: number
  /** How a photo becomes that square: its middle, the whole of it out of shape, or the whole of it on a ground. */
  readonly resize: 'crop' | 'squash' | 'pad'
  /** @throws ChiquitoError `image` for what is no photo, `interrupted` where the signal fired */
  classify(image: ImageInput, options?: ClassifyOptions): Promise<Verdict>
  /** In the order given; a photo that cannot be read has its error. @throws ChiquitoError `interrupted`, `engine` */
  classifyAll(images: Iterable<ImageInput>, options?: ClassifyAllOptions): Promise<Outcome[]>
  /** @throws ChiquitoError `model` where the model cannot say why */
  explain(image: ImageInput, options?: ClassifyOptions): Promise<Explanation>
  /** Asks the model about the golden photos it carries. */
  check(options?: ClassifyOptions): Promise<CheckResult>
  /** Ends the worker; whatever is under way is rejected. */
  close(): void
}
