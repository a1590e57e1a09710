import { float32, sizeOf, type Tensor } from '../../src/core/index.js'

// Weights and photos by formula, as scripts/fixtures/resnets.py has them: large networks are compared with PyTorch's
// without a large file.

/** Numbers from 0 to 1: a hash of the position (murmur3's last steps), seeded by the name (FNV-1a). */
export function uniform(name: string, size: number): Float64Array {
  let seed = 2166136261
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 16777619)
  const values = new Float64Array(size)
  for (let k = 0; k < size; k++) {
    let h = (Math.imul(k, 2654435761) + seed) | 0
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    values[k] = ((h ^ (h >>> 16)) >>> 0) / 2 ** 32
  }
  return values
}

/** Photos whose every number is a sine of its place, [count, 3, size, size]. */
export function waves(count: number, size: number): Tensor<'float32'> {
  const data = new Float32Array(count * 3 * size * size)
  let k = 0
  for (let n = 0; n < count; n++)
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++) data[k++] = Math.sin(0.013 * (i + 1) * (c + 1) + 0.021 * j + 1.7 * n)
  return float32(data, [count, 3, size, size])
}

/** A ResNet's tensor, such that every ReLU sees numbers far from 0. */
export function resNetTensor(
  name: string,
  shape: readonly number[],
  isBottleneck: boolean,
): Tensor<'float32'> {
  const u = uniform(name, sizeOf(shape))
  const value = formulaOf(name, shape, isBottleneck)
  const data = new Float32Array(u.length)
  for (let k = 0; k < u.length; k++) data[k] = value(u[k], k)
  return float32(data, shape)
}

function formulaOf(
  name: string,
  shape: readonly number[],
  isBottleneck: boolean,
): (u: number, channel: number) => number {
  const norm = name.slice(0, name.lastIndexOf('.'))
  const part = name.slice(norm.length + 1)
  if (shape.length > 1) {
    const bound = Math.sqrt(3 / sizeOf(shape.slice(1)))
    return u => (2 * u - 1) * bound
  }
  if (part === 'running_mean') return u => 0.2 * (u - 0.5)
  if (part === 'running_var') return u => 1 + u
  if (name === 'fc.bias') return u => u - 0.5
  if (part === 'weight') return u => 0.03 + 0.07 * u
  // What is added to the shortcut.
  const isLast = norm.startsWith('layer') && norm.endsWith(isBottleneck ? 'bn3' : 'bn2')
  const off = isLast || norm.includes('downsample') || norm === 'bn1' ? 3 : 1
  return (u, channel) => (channel % 4 === off ? -1 : isLast ? 0.2 : 1) + 0.05 * (u - 0.5)
}
