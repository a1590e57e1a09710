import { describe, expect, it } from 'vitest'
import { RandomStream } from '../../core/index.js'
import { LogisticRegression, linearLogits } from './logistic.js'

/** Three noisy clusters in four dimensions. */
function clusters(count: number) {
  const random = RandomStream.fromSeed(7)
  const width = 4
  const classes = 3
  const rows = new Float32Array(count * width)
  const targets = new Float32Array(count * classes)
  for (let i = 0; i < count; i++) {
    targets[i * classes + (i % classes)] = 1
    for (let j = 0; j < width; j++) rows[i * width + j] = random.normal() + (j === i % classes ? 1.5 : 0)
  }
  return { rows, targets, width, classes }
}

describe('LogisticRegression', () => {
  it('ends where the gradient of the penalised loss is zero, computed here in plain double precision', async () => {
    const examples = clusters(60)
    const regression = await LogisticRegression.open(examples)
    const fit = await regression.fit({ c: 0.5 })
    await regression.close()
    const { rows, targets, width, classes } = examples
    const logits = await linearLogits(fit, rows, width)
    for (let k = 0; k < classes; k++) {
      for (let j = 0; j <= width; j++) {
        let grad = j < width ? fit.weight[k * width + j] / 0.5 : 0
        for (const [i, row] of logits.entries()) {
          const p = Math.exp(row[k]) / row.reduce((sum, x) => sum + Math.exp(x), 0)
          grad += (p - targets[i * classes + k]) * (j < width ? rows[i * width + j] : 1)
        }
        expect(Math.abs(grad / 60)).toBeLessThan(1e-4)
      }
    }
  })

  it('finds the same minimum piece by piece', async () => {
    const examples = clusters(60)
    const rowWeights = new Float32Array(60).fill(1).fill(0, 7, 33)
    const [whole, pieces] = [
      await LogisticRegression.open(examples),
      await LogisticRegression.open(examples, {}, 7 * 4 * 3),
    ]
    const [a, b] = [await whole.fit({ c: 1, rowWeights }), await pieces.fit({ c: 1, rowWeights })]
    await Promise.all([whole.close(), pieces.close()])
    for (const [i, w] of a.weight.entries()) expect(w).toBeCloseTo(b.weight[i], 3)
  })

  it('hears a signal between two looks at the rows', async () => {
    const regression = await LogisticRegression.open(clusters(60))
    const controller = new AbortController()
    setImmediate(() => controller.abort())
    await expect(regression.fit({ c: 1, signal: controller.signal })).rejects.toMatchObject({
      code: 'interrupted',
    })
    await regression.close()
  })

  it('leaves out rows of weight zero', async () => {
    const examples = clusters(60)
    const regression = await LogisticRegression.open(examples)
    const half = await LogisticRegression.open({
      ...examples,
      rows: examples.rows.slice(0, 30 * 4),
      targets: examples.targets.slice(0, 30 * 3),
    })
    const rowWeights = Float32Array.from({ length: 60 }, (_, i) => (i < 30 ? 1 : 0))
    const [a, b] = [await regression.fit({ c: 1, rowWeights }), await half.fit({ c: 1 })]
    await Promise.all([regression.close(), half.close()])
    for (const [i, w] of a.weight.entries()) expect(w).toBeCloseTo(b.weight[i], 2)
  })

  it('shrinks the weights as C falls, from any start', async () => {
    const regression = await LogisticRegression.open(clusters(60))
    const loose = await regression.fit({ c: 10 })
    const tight = await regression.fit({ c: 0.01, start: loose })
    const fresh = await regression.fit({ c: 0.01 })
    await regression.close()
    const norm = (weight: Float32Array) => Math.hypot(...weight)
    expect(norm(tight.weight)).toBeLessThan(norm(loose.weight) / 3)
    for (const [i, w] of tight.weight.entries()) expect(w).toBeCloseTo(fresh.weight[i], 3)
  })
})
