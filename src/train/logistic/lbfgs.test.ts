import { describe, expect, it } from 'vitest'
import { minimize, type Objective } from './lbfgs.js'

/** sum of d_i (x_i - i)^2 / 2 with conditioning 10^3. */
const bowl: Objective = async x => {
  const d = Array.from(x, (_, i) => 10 ** ((3 * i) / (x.length - 1)))
  return {
    value: x.reduce((sum, v, i) => sum + (d[i] * (v - i) ** 2) / 2, 0),
    grad: Float32Array.from(x, (v, i) => d[i] * (v - i)),
  }
}

describe('minimize', () => {
  it('finds the bottom of an ill-conditioned bowl', async () => {
    const { point, iterations } = await minimize(bowl, new Float32Array(20), { tolerance: 1e-3 })
    for (const [i, x] of point.entries()) expect(x).toBeCloseTo(i, 2)
    expect(iterations).toBeLessThan(150)
  })

  it('stays where it starts when that is the minimum', async () => {
    const start = Float32Array.from({ length: 4 }, (_, i) => i)
    expect(await minimize(bowl, start)).toEqual({ point: start, value: 0, iterations: 0 })
  })

  it('stops at the iteration limit, lower than it began', async () => {
    const start = new Float32Array(20)
    const { value, iterations } = await minimize(bowl, start, { iterations: 3 })
    expect(iterations).toBe(3)
    expect(value).toBeLessThan((await bowl(start)).value)
  })

  it('minimises a function that is not quadratic', async () => {
    // log(1 + exp(-x)) + x / 4 has its minimum at log(3).
    const objective: Objective = async ([x]) => ({
      value: Math.log1p(Math.exp(-x)) + x / 4,
      grad: Float32Array.of(0.25 - 1 / (1 + Math.exp(x))),
    })
    const { point } = await minimize(objective, Float32Array.of(-5), { tolerance: 1e-6 })
    expect(point[0]).toBeCloseTo(Math.log(3), 3)
  })
})
