// Kept as it is by our build, so that other people's bundlers find these files: they know exactly such expressions.
import type { RuntimeFiles } from './types.js'

/** The worker that computes. */
export function startWorker(): Worker {
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'chiquito' })
}

/** The runtime's files for WebAssembly. */
export function wasmFiles(): RuntimeFiles {
  return {
    script: new URL('./ort/ort.wasm.min.mjs', import.meta.url).href,
    loader: new URL('./ort/ort-wasm-simd-threaded.mjs', import.meta.url).href,
    wasm: new URL('./ort/ort-wasm-simd-threaded.wasm', import.meta.url).href,
  }
}
