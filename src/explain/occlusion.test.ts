import { expect, it } from 'vitest'
import { ChiquitoError } from '../core/index.js'
import { occlusion } from './occlusion.js'

const size = 48

/** More sure of the first label the brighter the lower right twelfth of the photo is. */
async function judge(views: Uint8Array, count: number): Promise<number[][]> {
  return Array.from({ length: count }, (_, i) => {
    let sum = 0
    for (let y = 44; y < size; y++)
      for (let x = 44; x < size; x++) sum += views[((i * size + y) * size + x) * 3]
    const p = 1 / (1 + Math.exp(-sum / 16 / 100))
    return [p, 1 - p]
  })
}

it('gives what covering a place takes off the log-odds', async () => {
  const { top, map } = await occlusion(new Uint8Array(size * size * 3).fill(224), size, judge)
  expect(top).toBe(0)
  expect([map.width, map.height]).toEqual([12, 12])
  for (const [i, value] of map.values.entries()) {
    const isThere = i % 12 >= 10 && Math.floor(i / 12) >= 10
    expect(value, `${i}`).toBeCloseTo(isThere ? 1 : 0, 4)
  }
})

it('stops between two batches', async () => {
  const stop = new AbortController()
  let asked = 0
  const counting = (views: Uint8Array, count: number) => {
    if (++asked === 3) stop.abort()
    return judge(views, count)
  }
  const stopped = occlusion(new Uint8Array(size * size * 3), size, counting, stop.signal)
  await expect(stopped).rejects.toThrow(ChiquitoError)
  expect(asked).toBe(3)
})

it('also tells where probabilities have no room left', async () => {
  const sure = async (views: Uint8Array, count: number) =>
    (await judge(views, count)).map(([p, q]) => [p > 0.8 ? 1 : 0.75, p > 0.8 ? 0 : q])
  const { map } = await occlusion(new Uint8Array(size * size * 3).fill(224), size, sure)
  expect(map.values.every(Number.isFinite)).toBe(true)
  expect(map.values[143]).toBeGreaterThan(60)
})
