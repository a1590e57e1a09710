import { argmax, type RandomStream } from '../core/index.js'
import { type Rows, sameLength } from './metrics.js'
import { lossOf } from './scores.js'

/** One photo as the model sees it. Plain JSON. */
export interface Sample {
  /** Its index in the arrays given. */
  readonly photo: number
  readonly truth: number
  readonly predicted: number
  /** Probability of the predicted class. */
  readonly probability: number
  /** Probability of the true class. */
  readonly truthProbability: number
  /** Minus the logarithm of `truthProbability`. */
  readonly loss: number
  /** Greatest probability minus the second; for two classes, twice |p - 0.5|. */
  readonly margin: number
}

/** The photos worth looking at. */
export interface Interpretation {
  /** [class][rank]: right, the surest first. */
  readonly mostRight: readonly (readonly Sample[])[]
  /** [class][rank]: photos of that class taken for another, the greatest loss first. */
  readonly mostWrong: readonly (readonly Sample[])[]
  /** Over all classes: right or wrong, the greatest loss first. */
  readonly topLosses: readonly Sample[]
  /** Over all classes: the smallest margin first. */
  readonly mostUncertain: readonly Sample[]
  readonly randomRight: readonly Sample[]
  readonly randomWrong: readonly Sample[]
}

/** As many photos as the article shows in a row. */
const GALLERY_SIZE = 4

/** What the model makes of each photo, in the order given. */
export function samplesOf(truth: readonly number[], rows: Rows): Sample[] {
  sameLength(truth, rows)
  return rows.map((row, photo) => {
    const predicted = argmax(row)
    let second = 0
    for (let k = 0; k < row.length; k++) if (k !== predicted) second = Math.max(second, row[k])
    return {
      photo,
      truth: truth[photo],
      predicted,
      probability: row[predicted],
      truthProbability: row[truth[photo]],
      loss: lossOf(row[truth[photo]]),
      margin: row[predicted] - second,
    }
  })
}

/** Picks the photos worth looking at; the random ones depend on nothing but the stream and how many are right. */
export function interpret(
  truth: readonly number[],
  rows: Rows,
  options: {
    readonly classes: number
    readonly random: RandomStream
    /** Photos in a row of a gallery; 4, as in the article. */
    readonly count?: number | undefined
  },
): Interpretation {
  const { classes, random, count = GALLERY_SIZE } = options
  const all = samplesOf(truth, rows)
  const right = all.filter(isRight)
  const wrong = all.filter(sample => !isRight(sample))
  const eachClass = (samples: readonly Sample[], key: (sample: Sample) => number) =>
    Array.from({ length: classes }, (_, k) =>
      first(
        samples.filter(s => s.truth === k),
        key,
        count,
      ),
    )
  return {
    mostRight: eachClass(right, sample => sample.loss),
    mostWrong: eachClass(wrong, sample => -sample.loss),
    topLosses: first(all, sample => -sample.loss, count),
    mostUncertain: first(all, sample => sample.margin, count),
    randomRight: random.fork('right').shuffle(right).slice(0, count),
    randomWrong: random.fork('wrong').shuffle(wrong).slice(0, count),
  }
}

function isRight(sample: Sample): boolean {
  return sample.predicted === sample.truth
}

/** The `count` samples of least key; equal ones in the order given. */
function first(samples: readonly Sample[], key: (sample: Sample) => number, count: number): Sample[] {
  return samples
    .slice()
    .sort((a, b) => key(a) - key(b))
    .slice(0, count)
}
