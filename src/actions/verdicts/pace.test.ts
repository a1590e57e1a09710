import { expect, it } from 'vitest'
import type { ProgressEvent } from '../../core/index.js'
import { Pace } from './pace.js'

it('tells how long it takes still by what was done of late, and not before that says something', () => {
  const events: ProgressEvent[] = []
  let now = 0
  const pace = new Pace(
    20_000,
    1000,
    event => events.push(event),
    () => now,
  )
  const estimate = () => events.flatMap(event => (event.kind === 'estimate' ? [event.seconds] : [])).at(-1)
  expect(events[0]).toEqual({ kind: 'notice', message: 'Going on: 1000 rows of 20000 are there.' })
  now = 1000
  pace.tell(1100)
  expect(estimate()).toBeUndefined()
  // Slow at first: 100 a second; rows from before count for nothing.
  now = 10_000
  pace.tell(2000)
  expect(estimate()).toBeCloseTo(180, 5)
  // Then 200 a second for long enough.
  for (let done = 2000; now < 60_000; ) {
    now += 1000
    done += 200
    pace.tell(done)
  }
  expect(estimate()).toBeCloseTo(8000 / 200, 5)
  pace.end()
  expect(events.slice(-2)).toEqual([
    { kind: 'estimate', seconds: 0 },
    { kind: 'end', task: 'looking at photos' },
  ])
})
