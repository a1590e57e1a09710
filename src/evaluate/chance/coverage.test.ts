// What 95 % intervals promise, tried from a fixed seed. "npm run -s bench -- intervals" draws 10,000 times.
import { describe, expect, it } from 'vitest'
import {
  areas,
  coverageOf,
  differences,
  equals,
  folded,
  learning,
  mean,
  shares,
  type World,
} from '../../../test/support/intervals/index.js'
import { RandomStream } from '../../core/index.js'

/** Counts are whole, so at a given chance no interval has 95 % exactly; these fall no further. */
const LOWEST = 0.925

/** Share held in each world; none may be lower than so many draws make of `least` once in a thousand times. */
function held(worlds: readonly World[], draws: number, least: number = LOWEST): number[] {
  const luck = 3.1 * Math.sqrt((least * (1 - least)) / draws)
  return worlds.map(world => {
    const share = coverageOf(world, draws).held / draws
    expect(share, `${world.figure}: ${world.what}`).toBeGreaterThan(least - luck)
    return share
  })
}

describe('95 % intervals hold in 95 % of draws', () => {
  it('of a share (Wilson)', () => {
    const found = mean(held(shares, 2000))
    expect(found).toBeGreaterThan(0.945)
    expect(found).toBeLessThan(0.965)
  })

  it('of a difference on the same photos', () => {
    expect(mean(held(differences, 2000))).toBeGreaterThan(0.95)
  })

  it('of accuracy over repeated folds, and of an area under the ROC curve', () => {
    held(folded, 500, 0.95)
    held(areas, 300)
  })

  it('of what more photos would leave', () => {
    held(
      learning.filter(({ what }) => what.startsWith('80 points, 20 wide, 4')),
      60,
      0.92,
    )
  })
})

describe('the paired test', () => {
  it('calls no difference one more often than one time in twenty', () => {
    for (const { what, isAlarm } of equals) {
      const random = RandomStream.fromSeed(3).fork('alarms', what)
      const draws = 1000
      let alarms = 0
      for (let i = 0; i < draws; i++) if (isAlarm(random)) alarms++
      expect(alarms / draws, what).toBeLessThanOrEqual(0.05 + 3.1 * Math.sqrt((0.05 * 0.95) / draws))
    }
  })
})
