import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { type DType, float32, int64, type Tensor } from '../../src/core/index.js'

/** A tensor as the fixture scripts write it. */
export interface Stored {
  readonly dtype?: 'int64'
  readonly shape: number[]
  readonly data: number[]
}

/** A fixture file, which our own script wrote: it has the type the caller says. */
export function readFixture<T>(url: URL): T {
  return JSON.parse(readFileSync(url, 'utf8'))
}

export function toTensor({ dtype, shape, data }: Stored, float: DType = 'float32'): Tensor {
  if (dtype === 'int64') return int64(data, shape)
  return float === 'float64' ? { dtype: float, shape, data: Float64Array.from(data) } : float32(data, shape)
}

export function toFloat32({ shape, data }: Stored): Tensor<'float32'> {
  return float32(data, shape)
}

/** Same shape, and every element within the tolerance times the largest stored one (at least `atLeast`). */
export function expectClose(
  actual: Tensor | undefined,
  stored: Stored,
  tolerance: number,
  what: string,
  atLeast = 1e-3,
): void {
  expect(actual?.shape, what).toEqual(stored.shape)
  const scale = Math.max(atLeast, ...stored.data.map(Math.abs))
  const off = stored.data.map((value, i) => Math.abs(Number(actual?.data[i]) - value) / scale)
  // NaN must not look small.
  const worst = off.reduce((a, b) => (a >= b ? a : b), 0)
  expect(worst, `${what}, error relative to ${scale}`).toBeLessThan(tolerance)
}
