import { expect, it } from 'vitest'
import { shareDone } from './share-done.js'

it('the share of a piece of work follows its estimates, and goes neither back nor to the end', () => {
  let ms = 500
  const told: number[] = []
  const hear = shareDone(
    share => told.push(share),
    () => ms,
  )
  const after = (seconds: number, left: number) => {
    ms = 500 + 1000 * seconds
    hear({ kind: 'estimate', seconds: left })
  }
  hear({ kind: 'advance', task: 'steps', done: 1, total: 2 })
  after(1, 3)
  after(2, 18)
  after(5, 5)
  after(10, 0)
  expect(told).toEqual([0.25, 0.5])
})
