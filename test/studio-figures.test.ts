// What the page works out by itself of a run's photos, and what it is told of a job.
import { describe, expect, it } from 'vitest'
import type { LookedPhoto } from '../src/studio/api/runs.js'
import { Listener } from '../src/studio/jobs/told.js'
import { matrixOf, photosIn } from '../studio/places/look/ranking.js'
import { costsOfLine, costsOfSureness } from '../studio/places/look/threshold.js'

const labels = ['cat', 'dog'] as const

/** @param dog - probability of a dog */
function photo(truth: 'cat' | 'dog', dog: number, more: Partial<LookedPhoto> = {}): LookedPhoto {
  return {
    ...{ path: `${truth}-${dog}`, part: 'valid', truth, label: dog < 0.5 ? 'cat' : 'dog' },
    ...{ probabilities: [1 - dog, dog], known: 0.5, abstained: false, id: '0', now: truth },
    ...more,
  }
}

const photos = [
  photo('cat', 0.1),
  photo('cat', 0.6),
  photo('cat', 0.95),
  photo('dog', 0.7),
  photo('dog', 0.45),
]

describe('the photos of a run', () => {
  it('come with what is worth the first look first', () => {
    const paths = (kind: 'wrong' | 'uncertain') => photosIn({ kind }, photos, labels).map(({ path }) => path)
    expect(paths('wrong')).toEqual(['cat-0.95', 'cat-0.6', 'dog-0.45'])
    expect(paths('uncertain')[0]).toBe('dog-0.45')
    expect(photosIn({ kind: 'cell', truth: 'cat', label: 'dog' }, photos, labels)).toHaveLength(2)
    const mended = [...photos, photo('dog', 0.9, { now: 'cat' }), photo('dog', 0.9, { id: null, now: null })]
    expect(photosIn({ kind: 'mended' }, mended, labels)).toHaveLength(1)
    expect(matrixOf(photos, labels)).toEqual([
      [1, 2],
      [1, 1],
    ])
  })

  it('cost what a line costs, on either side', () => {
    expect(costsOfSureness(photos, 0.5)).toMatchObject({ answered: 5, wrong: 3, rightKeptBack: 0 })
    expect(costsOfSureness(photos, 0.7)).toEqual({
      ...{ count: 5, answered: 3, wrong: 1, wrongKeptBack: 2, rightKeptBack: 0 },
    })
    const missed = (line: number) => costsOfLine(photos, labels, line).map(side => side.missed)
    expect(missed(0.5)).toEqual([2, 1])
    expect(missed(0.99)).toEqual([0, 2])
    expect(missed(0.01)).toEqual([3, 0])
  })
})

describe('the progress of a job', () => {
  it('is what its events come to', () => {
    const listener = new Listener()
    listener.hear({ kind: 'start', task: 'one', total: 3 })
    listener.hear({ kind: 'advance', task: 'one', done: 2, total: 3, note: 'loss 0.3' })
    listener.hear({ kind: 'start', task: 'two' })
    listener.hear({ kind: 'estimate', seconds: 12, perhaps: { seconds: 40, when: 'it pays' } })
    listener.hear({ kind: 'notice', message: 'epoch 1', isRoutine: true })
    for (let i = 0; i < 60; i++) listener.hear({ kind: 'notice', message: `notice ${i >> 1}` })
    listener.hear({ kind: 'end', task: 'one' })
    const task = { unit: null, note: null }
    expect(listener.told).toMatchObject({
      progress: [
        { ...task, task: 'one', done: 3, total: 3, note: 'loss 0.3' },
        { ...task, task: 'two', done: 0, total: null },
      ],
      secondsLeft: 12,
      perhaps: { seconds: 40, when: 'it pays' },
    })
    expect(listener.told.notices).toHaveLength(30)
    for (let i = 0; i < 100; i++) listener.hear({ kind: 'start', task: `task ${i}` })
    expect(listener.told.progress).toHaveLength(20)
  })
})
