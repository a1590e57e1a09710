import { describe, expect, it } from 'vitest'
import { ChiquitoError, type ProgressEvent, throwIfAborted } from '../../core/index.js'
import type { Piece } from './piece.js'
import { TimePlan } from './time-plan.js'

/** A plan by a clock that stands still until it is told. */
function planned(budget?: number, end: readonly Piece[] = []) {
  const clock = { seconds: 0 }
  const told: ProgressEvent[] = []
  const plan = new TimePlan({
    budget,
    end,
    progress: event => told.push(event),
    now: () => clock.seconds * 1000,
  })
  /** A task's pieces, in so much time each; those known from before take none. */
  const work = (task: string, each: number, { total = 10, until = 10, recalled = 0 } = {}) => {
    plan.progress({ kind: 'start', task, total })
    for (let done = 1; done <= until; done++) {
      if (done > recalled) clock.seconds += each
      plan.progress({ kind: 'advance', task, done, total, recalled: Math.min(done, recalled) })
    }
    if (until === total) plan.progress({ kind: 'end', task })
  }
  const estimates = () => told.filter(event => event.kind === 'estimate')
  return { plan, clock, work, estimates }
}

const views = (task: string, seconds: number): Piece => ({ kind: 'views', task, seconds })
const few = views('few views', 10)
const many = views('many views', 40)
const steps: Piece = { kind: 'steps', task: 'steps', seconds: 20 }
const writing: Piece = { kind: 'other', seconds: 5 }

describe('a time plan', () => {
  it('takes what is ahead to be as slow as what was', () => {
    const { plan, work } = planned(undefined, [writing])
    plan.expect({ pieces: [few, many] })
    expect(plan.ahead).toBeCloseTo(55)
    work('few views', 3)
    // What was never met, such as writing, is as slow as the rest.
    expect(plan.ahead / (3 * 45)).toBeCloseTo(1, 1)
    work('many views', 12, { until: 5 })
    expect(plan.ahead).toBeCloseTo(60 + 15, -1)
  })

  it('tells kinds of work apart', () => {
    const { plan, work } = planned()
    plan.expect({ pieces: [few, steps, many] })
    work('few views', 1)
    work('steps', 20)
    // All in all work is 13 times slower than usual, but views are not.
    expect(plan.ahead).toBeLessThan(50)
  })

  it('counts what lies between two tasks, and is not misled by what never comes', () => {
    const { plan, clock, work } = planned()
    plan.expect({ pieces: [few, writing, steps, many] })
    work('few views', 1)
    clock.seconds += 4
    expect(plan.ahead).toBeCloseTo(1 + 20 + 40)
    work('many views', 4)
    expect(plan.ahead).toBe(0)
  })

  it('does not take photos that are known from before for a fast machine', () => {
    const { plan, work } = planned()
    const kept = { ...few, isKept: true }
    plan.expect({ pieces: [kept, { ...many, isKept: true }, steps] })
    work('few views', 0, { recalled: 10 })
    // Kept views will be known, too; steps cannot.
    expect(plan.ahead).toBeCloseTo(20)
  })

  it('tells of both ends where more may be worth it', () => {
    const { plan, work, estimates } = planned()
    const perhaps = { pieces: [steps], when: 'it pays' }
    plan.expect({ pieces: [few], usually: [writing], perhaps })
    work('few views', 1)
    const last = estimates().at(-1)
    expect(last).toMatchObject({ perhaps: { when: 'it pays' } })
    expect(last?.seconds).toBeCloseTo(5, 0)
    expect(last?.perhaps?.seconds).toBeCloseTo(20, 0)
    plan.forgetPerhaps()
    expect(estimates().at(-1)?.perhaps).toBeUndefined()
  })

  it('says nothing in the first moments, and not at every step', () => {
    const { plan, work, estimates } = planned()
    plan.expect({ pieces: [few] })
    work('few views', 0.05)
    expect(estimates()).toHaveLength(0)
    plan.expect({ pieces: [many] })
    work('many views', 0.1, { total: 100, until: 100 })
    expect(estimates().length).toBeGreaterThan(15)
    expect(estimates().length).toBeLessThan(25)
  })
})

describe('a budget', () => {
  it('has time for what is done before it is over', () => {
    const { plan, work } = planned(40, [writing])
    plan.expect({ pieces: [few] })
    expect([plan.hasTimeFor([steps]), plan.hasTimeFor([many])]).toEqual([true, false])
    expect(plan.isLate).toBe(false)
    work('few views', 3)
    expect(plan.left).toBe(10)
    expect(plan.hasTimeFor([steps])).toBe(false)
    plan.expect({ pieces: [steps] })
    expect(plan.isLate).toBe(true)
  })

  it('stops work that turns out too slow, and only that', async () => {
    const { plan, work } = planned(100)
    plan.expect({ pieces: [few, steps] })
    const slow = async (signal: AbortSignal | undefined) => {
      for (let i = 1; i <= 10; i++) {
        work('few views', 9, { until: i })
        throwIfAborted(signal)
      }
    }
    expect(await plan.inTime({ signal: undefined, after: [writing] }, slow)).toEqual({ isLate: true })
    expect(plan.left).toBeGreaterThan(50)
    const other = planned(100)
    other.plan.expect({ pieces: [few, steps] })
    const quick = () => Promise.resolve(other.work('few views', 1))
    expect(await other.plan.inTime({ signal: undefined, after: [writing] }, quick)).toMatchObject({
      isLate: false,
    })
  })

  it('lets errors and a person’s own signal through', async () => {
    const { plan } = planned(100)
    const person = new AbortController()
    person.abort()
    const stopped = plan.inTime({ signal: person.signal, after: [] }, async signal => throwIfAborted(signal))
    await expect(stopped).rejects.toThrow('Interrupted')
    const broken = plan.inTime({ signal: undefined, after: [] }, () =>
      Promise.reject(new ChiquitoError('io', 'The disk is full.')),
    )
    await expect(broken).rejects.toThrow('The disk is full.')
  })

  it('is none by default', async () => {
    const { plan, work } = planned()
    plan.expect({ pieces: [few] })
    work('few views', 1000)
    expect([plan.left, plan.isLate, plan.hasTimeFor([many])]).toEqual([Number.POSITIVE_INFINITY, false, true])
  })
})
