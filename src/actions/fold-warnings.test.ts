import { expect, it } from 'vitest'
import { doubtsSchema, foldWarnings } from './fold-warnings.js'

it('tells leaks, shortcuts and lost photos of all folds once', () => {
  const interval = [0.9, 1] as const
  const shortcuts = [{ property: 'size', class: 'cat', auc: 1, interval, stands: true }]
  const unreadable = [{ path: 'cat/1.jpg', reason: 'It is cut off.' }]
  const folds = [
    { shortcuts, unreadable, leaks: [{ train: 'cat/2.jpg', valid: 'cat/3.jpg' }] },
    { shortcuts, unreadable, leaks: [{ train: 'cat/3.jpg', valid: 'cat/2.jpg' }] },
  ].map(each => doubtsSchema.parse(each))
  expect(foldWarnings(folds, 2)).toEqual([
    '2 photos measured on with an exact copy among those learnt from, for example "cat/3.jpg": the tables of folds should keep ' +
      'copies together, as "split --folds" does.',
    'Size alone tells the classes apart (AUC 1.00): a model may learn that instead of the subject.',
    '1 photo could not be used: It is cut off: cat/1.jpg.',
  ])
})

it('has nothing to say of runs that say nothing of it', () => {
  expect(foldWarnings([doubtsSchema.parse({})], 2)).toEqual([])
})
