import type { RuntimeFiles } from '../library/types.js'

// In the place of library/places.ts: an exported page says itself where its files are.

export function startWorker(): Worker {
  throw new Error('The page does not say where its worker is.')
}

export function wasmFiles(): RuntimeFiles {
  throw new Error('The page does not say where its runtime is.')
}
