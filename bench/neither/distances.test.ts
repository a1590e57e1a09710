// Distances by n x n matrices, against NumPy's with the covariances themselves.
import { expect, it } from 'vitest'
import { RandomStream } from '../../src/core/index.js'
import { pythonWith, runPython } from '../../test/support/python.js'
import { distances } from './distances.js'

const python = pythonWith('numpy', 'sklearn')

const script = `
import json, sys
import numpy as np
from sklearn.covariance import ledoit_wolf_shrinkage
learnt, truth, asked = (np.array(part) for part in json.loads(sys.argv[1]))
means = np.stack([learnt[truth == k].mean(0) for k in range(truth.max() + 1)])
within, centred = learnt - means[truth], learnt - learnt.mean(0)
share = max(0.01, ledoit_wolf_shrinkage(within, assume_centered=True))
scale = (within ** 2).mean()
def precision(rows):
    return np.linalg.inv((1 - share) * rows.T @ rows / len(rows) + share * scale * np.eye(rows.shape[1]))
def squared(x, p):
    return np.einsum("ij,jk,ik->i", x, p, x)
nearest = np.min([squared(asked - mean, precision(within)) for mean in means], 0)
print(json.dumps({"mahalanobis": (-nearest).tolist(), "relative": (squared(asked - learnt.mean(0), precision(centred)) - nearest).tolist()}))
`

it.skipIf(python === undefined)('Mahalanobis distances are those of covariances shrunk alike', async () => {
  const random = RandomStream.fromSeed(0)
  const truth = Array.from({ length: 24 }, (_, i) => i % 3)
  const row = (k: number) =>
    Float32Array.from({ length: 40 }, (_, j) => random.normal() + (j % 3 === k ? 1 : 0))
  const learnt = truth.map(row)
  const asked = Array.from({ length: 8 }, (_, i) => row(i % 4))
  const found = distances(learnt, truth, 3, asked)
  const rows = (some: readonly Float32Array[]) => some.map(one => Array.from(one))
  const told = await runPython(python ?? '', script, [JSON.stringify([rows(learnt), truth, rows(asked)])])
  const expected = told as Record<'mahalanobis' | 'relative', number[]>
  for (const name of ['mahalanobis', 'relative'] as const)
    for (const [i, value] of expected[name].entries()) expect(found[name][i]).toBeCloseTo(value, 3)
})
