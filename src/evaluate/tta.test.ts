import { describe, expect, it } from 'vitest'
import { averageViews } from './tta.js'

describe('averageViews', () => {
  it('counts the plain photo as one view among the others', () => {
    const plain = [[0.5, 0.5]]
    const views = [[[1, 0]], [[0.2, 0.8]], [[0.4, 0.6]], [Float32Array.of(0.4, 0.6)]]
    const [row] = averageViews(plain, views)
    expect(row[0]).toBeCloseTo(0.5, 7)
    expect(row[1]).toBeCloseTo(0.5, 7)
    expect(averageViews(plain, [])).toEqual(plain)
  })

  it('refuses views of other photos or other classes', () => {
    expect(() => averageViews([[0.5, 0.5]], [[]])).toThrow('views[0] must be of the same 1 photos, but is 0')
    expect(() => averageViews([[0.5, 0.5]], [[[0.3, 0.3, 0.4]]])).toThrow('A view of photo 0')
  })
})
