import { expect, it } from 'vitest'
import { pythonWith, runPython } from '../../../test/support/python.js'
import { RandomStream } from '../../core/index.js'
import { additiveScores, type Design, fitAdditive } from './additive.js'

function example(photos = 300): { design: Design; own: Uint8Array } {
  const random = RandomStream.fromSeed(11)
  const numbers = Array.from({ length: 3 }, () =>
    Float64Array.from({ length: photos }, () => random.normal()),
  )
  const codes = Uint16Array.from({ length: photos }, () => random.integer(6))
  const own = Uint8Array.from({ length: photos }, (_, i) =>
    Number(numbers[0][i] - 0.5 * numbers[2][i] + (codes[i] === 3 ? 2 : 0) + random.normal() > 0.3),
  )
  return { design: { numbers, kinds: [{ codes, count: 6 }] }, own }
}

it('is the minimum of the penalised loss: no slope is left in any direction', () => {
  const { design, own } = example()
  const model = fitAdditive(design, own)
  const scores = additiveScores(design, model, own.length)
  const residuals = Float64Array.from(own, (y, i) => y - 1 / (1 + Math.exp(-scores[i])))
  const slope = (column: (i: number) => number) => residuals.reduce((sum, r, i) => sum + r * column(i), 0)
  expect(slope(() => 1)).toBeCloseTo(0, 1)
  for (const [j, column] of design.numbers.entries())
    expect(slope(i => column[i]) - model.slopes[j]).toBeCloseTo(0, 1)
  const [{ codes, count }] = design.kinds
  for (let k = 0; k < count; k++)
    expect(slope(i => Number(codes[i] === k)) - model.steps[0][k]).toBeCloseTo(0, 1)
})

const python = pythonWith('sklearn')
const script = `
import json, sys, numpy as np
from sklearn.linear_model import LogisticRegression
given = json.loads(sys.argv[1])
x = np.c_[np.array(given['numbers']).T, np.eye(6)[given['codes']]]
model = LogisticRegression(C=1, tol=1e-8, max_iter=1000).fit(x, given['own'])
print(json.dumps(dict(scores=model.decision_function(x).tolist())))
`

it.skipIf(python === undefined)('gives what scikit-learn gives', async () => {
  const { design, own } = example()
  const given = {
    numbers: design.numbers.map(column => [...column]),
    codes: [...design.kinds[0].codes],
    own: [...own],
  }
  const theirs = (await runPython(python ?? '', script, [JSON.stringify(given)])) as { scores: number[] }
  const ours = additiveScores(design, fitAdditive(design, own), own.length)
  for (const [i, score] of theirs.scores.entries()) expect(ours[i]).toBeCloseTo(score, 1)
})

it('stays finite where the classes fall apart', () => {
  const own = Uint8Array.from({ length: 60 }, (_, i) => Number(i < 30))
  const column = Float64Array.from(own, y => (y === 1 ? 3 : -3))
  const scores = additiveScores(
    { numbers: [column], kinds: [] },
    fitAdditive({ numbers: [column], kinds: [] }, own),
    60,
  )
  expect(scores.every(Number.isFinite)).toBe(true)
  expect(scores[0]).toBeGreaterThan(2)
})
