import { expect, it } from 'vitest'
import type { ProgressEvent } from '../core/index.js'
import { asOneOfSeveral } from './train-budget.js'

it('makes the estimate of one of several trainings that of all', () => {
  const told: ProgressEvent[] = []
  const progress = (event: ProgressEvent) => void told.push(event)
  const one = { kind: 'estimate', seconds: 5, perhaps: { seconds: 8, when: 'it pays' } } as const
  asOneOfSeveral(progress, 2, [10, 14])?.(one)
  expect(told).toEqual([{ ...one, seconds: 29, perhaps: { seconds: 32, when: 'it pays' } }])
  // None is done yet: they will take what this one takes.
  asOneOfSeveral(progress, 2, [])?.({ kind: 'estimate', seconds: 5 })
  const [, first] = told
  expect(first.kind === 'estimate' && first.seconds).toBeCloseTo(15, 0)
  expect(asOneOfSeveral(progress, 0, [10])).toBe(progress)
})
