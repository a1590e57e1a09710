import type { RandomStream } from '../../../src/core/index.js'
import { comparePredictions, type Interval, pairedInterval, wilson } from '../../../src/evaluate/index.js'
import { heads, type World } from './world.js'

/** Accuracy, recall, coverage, bins of a reliability diagram: shares of photos. */
export const shares: readonly World[] = [20, 50, 100, 300].flatMap(count =>
  [0.5, 0.7, 0.8, 0.9, 0.95].map((truth): World => {
    const known = Array.from({ length: count + 1 }, (_, right) => wilson(right, count) ?? ([0, 1] as const))
    return {
      figure: 'share (Wilson)',
      what: `${truth} of ${count} photos`,
      draw: random => ({ interval: known[heads(random, count, truth)], truth }),
    }
  }),
)

/** Chances that only the first, only the second of two models is right. */
const pairs = [
  [0.01, 0.01],
  [0.03, 0],
  [0.05, 0.05],
  [0.1, 0.03],
  [0.2, 0.1],
] as const

/** The difference between two models on the same photos. */
export const differences: readonly World[] = [20, 50, 100].flatMap(photos =>
  pairs.map((pair): World => {
    const known = new Map<string, Interval>()
    return {
      figure: 'difference of two models',
      what: `${photos} photos, only one right: ${pair.join(' and ')}`,
      draw(random) {
        const counts = table(random, photos, pair)
        const key = `${counts.onlyFirstRight} ${counts.onlySecondRight}`
        const interval = known.get(key) ?? pairedInterval(counts)
        known.set(key, interval)
        return { interval, truth: pair[1] - pair[0] }
      },
    }
  }),
)

function table(random: RandomStream, photos: number, [first, second]: readonly [number, number]) {
  const counts = { photos, onlyFirstRight: 0, onlySecondRight: 0 }
  for (let i = 0; i < photos; i++) {
    const at = random.uniform()
    if (at < first) counts.onlyFirstRight++
    else if (at < first + second) counts.onlySecondRight++
  }
  return counts
}

/** How often equally good models, which judge so many photos differently, are called different at a level of 5 %. */
export const equals = [20, 100, 300].flatMap(photos =>
  [0.02, 0.1, 0.3].map(differing => ({
    what: `${photos} photos, ${100 * differing} % judged differently`,
    isAlarm(random: RandomStream): boolean {
      const count = heads(random, photos, differing)
      const won = heads(random, count, 0.5)
      const truth = new Array<number>(count).fill(0)
      const first = truth.map((_, k) => (k < won ? 0 : 1))
      const second = truth.map((_, k) => (k < won ? 1 : 0))
      return comparePredictions(truth, first, second).pValue < 0.05
    },
  })),
)
