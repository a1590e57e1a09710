import { ChiquitoError } from '../core/index.js'
import type { Preprocessing } from './backbone.js'

/** Mean and deviation of ImageNet's photos by channel, as torchvision has them, times 255: what most networks expect. */
export const imageNet: Preprocessing = {
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
}

/** The entry of an .onnx file's metadata that says how its photos are prepared: `{"mean": [r, g, b], "std": [r, g, b]}`. */
export const preprocessingKey = 'preprocessing'

/**
 * What a file's metadata says of its preprocessing, in bytes (0 to 255); undefined where it says nothing.
 * Throws `model` where it says what cannot be.
 */
export function preprocessingIn(
  metadata: ReadonlyMap<string, string>,
  file: string,
): Preprocessing | undefined {
  const text = metadata.get(preprocessingKey)
  if (text === undefined) return undefined
  const found = parsed(text)
  if (found) return found
  throw new ChiquitoError(
    'model',
    `${file} says in its metadata that preprocessing is ${text.slice(0, 80)}; expected {"mean": [r, g, b], "std": [r, g, b]} in bytes, deviations above 0.`,
  )
}

/** Numbers of which photos can be made: three means, three deviations above 0. */
export function isPreprocessing(value: unknown): value is Preprocessing {
  if (typeof value !== 'object' || value === null || !('mean' in value) || !('std' in value)) return false
  return isTriple(value.mean) && isTriple(value.std) && value.std.every(deviation => deviation > 0)
}

function parsed(text: string): Preprocessing | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isPreprocessing(value) ? { mean: value.mean, std: value.std } : undefined
  } catch {
    return undefined
  }
}

function isTriple(value: unknown): value is [number, number, number] {
  return Array.isArray(value) && value.length === 3 && value.every(Number.isFinite)
}
