import { describe, expect, it } from 'vitest'
import { evaluatePredictions } from './evaluation.js'

describe('evaluatePredictions', () => {
  const small = {
    labels: ['chiquito', 'not'],
    truth: [0, 0, 1, 1],
    probabilities: [
      [0.9, 0.1],
      [0.2, 0.8],
      [0.3, 0.7],
      [0.1, 0.9],
    ],
  }

  it('gives accuracy without copies of training photos, and null where there are none', () => {
    expect(evaluatePredictions(small).withoutCopies).toBeNull()
    expect(evaluatePredictions({ ...small, copies: [1] }).withoutCopies).toMatchObject({
      count: 3,
      right: 3,
      accuracy: 1,
    })
    expect(evaluatePredictions({ ...small, copies: [0, 1, 2, 3] }).withoutCopies).toEqual({
      count: 0,
      right: 0,
      accuracy: null,
      interval: null,
    })
    expect(evaluatePredictions(small).majority).toBe(0.5)
  })

  it('survives JSON unchanged, with a class that never occurs', () => {
    const probabilities = small.probabilities.map(row => [...row, 0])
    const got = evaluatePredictions({ ...small, labels: ['a', 'b', 'c'], probabilities })
    expect(got.perClass[2]).toMatchObject({ support: 0, precision: null, recall: null, auc: null })
    expect(JSON.parse(JSON.stringify(got))).toEqual(got)
  })

  it('refuses nothing, wrong rows and photos that do not exist', () => {
    expect(() => evaluatePredictions({ labels: ['a', 'b'], truth: [], probabilities: [] })).toThrow(
      'at least one',
    )
    expect(() => evaluatePredictions({ ...small, truth: [0, 0, 1] })).toThrow('as many as the 3')
    expect(() => evaluatePredictions({ ...small, truth: [0, 0, 1, 2] })).toThrow('truth[3]')
    expect(() => evaluatePredictions({ ...small, copies: [4] })).toThrow(
      'copies must be photo numbers from 0 to 3',
    )
  })
})
