import { RandomStream } from '../../../src/core/index.js'
import { forecast } from '../../../src/doctor/deep/index.js'
import { eceInterval, equalMassBins, equalWidthBins } from '../../../src/evaluate/index.js'
import { draw, trueError, worlds } from '../calibrated-worlds.js'
import { type Cloud, nearestMean, type Point, pointsOf } from './points.js'
import { mean, type World } from './world.js'

/** Calibration errors, with bins of equal width and of equal mass. */
export const calibration: readonly World[] = worlds.flatMap(world =>
  [50, 100, 500].flatMap(count =>
    (['width', 'mass'] as const).map((bins): World => {
      const binned = bins === 'width' ? equalWidthBins : equalMassBins
      // Few photos have fewer bins of equal mass.
      const number = bins === 'width' ? undefined : Math.min(10, count / 10)
      let truth: number | undefined
      return {
        figure: `calibration error, bins of equal ${bins}`,
        what: `${world.what}, ${count} photos`,
        draw(random) {
          truth ??= trueError(world, (labels, rows) => binned(labels, rows, number))
          const { truth: labels, rows } = draw(world, count, random)
          return { interval: eceInterval(binned(labels, rows)), truth }
        },
      }
    }),
  ),
)

const FOLDS = 5
const SHARES = [0.125, 0.25, 0.5, 1]
const DRAWS = 2
const TRUTHS = 1000

/** Clouds of so many points: errors that fall to a floor, fast or slowly, from few points or many. */
const clouds: readonly (Cloud & { readonly count: number })[] = [
  { count: 80, width: 20, apart: 2 },
  { count: 80, width: 20, apart: 4 },
  { count: 160, width: 60, apart: 3 },
  { count: 400, width: 5, apart: 1 },
  { count: 400, width: 20, apart: 2 },
  { count: 400, width: 100, apart: 4 },
]

/** What the learning curve says of more photos. */
export const learning: readonly World[] = clouds.flatMap(cloud => {
  const errors = new Map<number, number>()
  const errorOf = (times: number) => {
    const known = errors.get(times) ?? trueErrorAfter(cloud, times)
    errors.set(times, known)
    return known
  }
  const what = `${cloud.count} points, ${cloud.width} wide, ${cloud.apart} apart`
  const drawn = (random: RandomStream) => {
    const { sizes, wrong } = curve(random, cloud)
    return forecast(sizes, wrong, random.fork('forecast'))
  }
  return [
    ...[2, 4].map((times, i) => ({
      figure: `learning curve, ${times} times the photos`,
      what,
      draw: (random: RandomStream) => ({ interval: drawn(random)[i].interval, truth: errorOf(times) }),
    })),
    {
      figure: 'learning curve, gain of twice the photos',
      what,
      draw: (random: RandomStream) => ({ interval: drawn(random)[0].gain, truth: errorOf(1) - errorOf(2) }),
    },
  ]
})

/** As `learningCurve` does it, with a classifier that is trained in no time. */
function curve(random: RandomStream, cloud: Cloud & { readonly count: number }) {
  const points = pointsOf(random, cloud, cloud.count)
  const foldOf = points.map((_, i) => Math.floor(i / 2) % FOLDS)
  const wrong = SHARES.map(() => new Float64Array(points.length))
  const sizes = SHARES.map((share, s) => {
    const draws = share === 1 ? 1 : DRAWS
    let learnt = 0
    for (let draw = 0; draw < draws; draw++)
      for (let fold = 0; fold < FOLDS; fold++) {
        const part = shareOf(
          random,
          points.filter((_, i) => foldOf[i] !== fold),
          share,
        )
        learnt += part.length / (draws * FOLDS)
        const model = nearestMean(part, cloud)
        for (const [i, { at, label }] of points.entries())
          if (foldOf[i] === fold && model.says(at) !== label) wrong[s][i] += 1 / draws
      }
    return learnt
  })
  return { sizes, wrong }
}

function shareOf(random: RandomStream, points: readonly Point[], share: number): Point[] {
  return [0, 1].flatMap(label => {
    const own = random.shuffle(points.filter(point => point.label === label))
    return own.slice(0, Math.max(1, Math.round(share * own.length)))
  })
}

/** Mean error of classifiers that learnt from so many times what a fold leaves. */
function trueErrorAfter(cloud: Cloud & { readonly count: number }, times: number): number {
  const learnt = Math.round((times * cloud.count * (FOLDS - 1)) / FOLDS)
  const random = RandomStream.fromSeed(14).fork('learning', times)
  const models = Array.from({ length: TRUTHS }, (_, i) =>
    nearestMean(pointsOf(random.fork(i), cloud, learnt), cloud),
  )
  return 1 - mean(models.map(({ accuracy }) => accuracy))
}
