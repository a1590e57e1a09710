import { describe, expect, it } from 'vitest'
import { RandomStream } from '../../core/index.js'
import { nearestByFeatures } from './neighbours.js'

describe('nearestByFeatures', () => {
  it('finds the twin of each row, and lets no dead column decide', async () => {
    const [count, width] = [400, 24]
    const random = RandomStream.fromSeed(3)
    const data = new Float32Array(count * width)
    for (let i = 0; i < count; i += 2)
      for (let j = 0; j < width; j++) {
        const value = random.normal() * (j + 1)
        data[i * width + j] = value
        data[(i + 1) * width + j] = value + 0.3 * (j + 1) * random.normal()
      }
    // Column 0 is dead but for rows 0 and 399, column 1 altogether.
    for (let i = 0; i < count; i++) {
      data[i * width] = i === 0 || i === 399 ? 1e-3 : 0
      data[i * width + 1] = 7
    }
    const rows = Array.from({ length: count }, (_, i) => i)
    const features = { data, width, lastLayer: width }
    const nearest = await nearestByFeatures(features, rows, { count: 3, threads: 1 })
    expect(nearest.every(others => others.length === 3)).toBe(true)
    expect(nearest.map(([first]) => first)).toEqual(rows.map(i => i ^ 1))
  })

  it('gives all others where there are few, and nothing where features tell nothing', async () => {
    const features = { data: new Float32Array(20), width: 2, lastLayer: 2 }
    expect(await nearestByFeatures(features, [4, 6, 9], { count: 5 })).toEqual([
      [1, 2],
      [0, 2],
      [0, 1],
    ])
    expect(await nearestByFeatures(features, [0, 1, 2, 3, 4], { count: 2 })).toEqual([[], [], [], [], []])
  })
})
