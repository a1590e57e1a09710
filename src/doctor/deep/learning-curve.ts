import { argmax, RandomStream, throwIfAborted, type WorkOptions } from '../../core/index.js'
import { byContent, foldsOf } from '../../dataset/index.js'
import { crossValidate, type ViewedExamples } from '../../train/index.js'
import type { DeepData } from '../check.js'
import { type Forecast, forecast } from './forecast.js'
import { examplesFor, type UsablePhotos, usablePhotos } from './usable.js'

/** How the error falls with the number of photos learnt from. */
export interface LearningCurve {
  /** Photos learnt from, and the share of others mistaken, by cross-validation. */
  readonly points: readonly { readonly photos: number; readonly error: number }[]
  /** Photos judged. */
  readonly judged: number
  /** What more photos would make of it. */
  readonly forecasts: readonly Forecast[]
}

const FOLDS = 5
/** Shares of the photos learnt from, each drawn anew in every fold. */
const SHARES = [0.125, 0.25, 0.5, 1]
/** Draws of each share but the whole: small ones differ much from each other. */
const DRAWS = 2
/** Middle of the penalties that training chooses from. */
const C = 0.1
/** Photos of each class that are needed, so that an eighth of them is more than one. */
const FEWEST = 16
/** More photos than this are drawn from: fits of more take minutes, and the curve is known well enough by then. */
const MOST_PHOTOS = 4000
/** Products of photos, columns and classes that a fit may come to. */
const MOST_PRODUCTS = 1e9
const SEED = 0

/**
 * Learns from an eighth, a quarter, half and all of the photos, judges the others, and draws the curve on (`forecast`). It is of a linear head on frozen features: what
 * fine-tuning adds is not in it. Undefined where a class has fewer than 16 photos.
 *
 * @throws `interrupted`
 */
export async function learningCurve(
  data: DeepData,
  { signal, progress }: WorkOptions = {},
): Promise<LearningCurve | undefined> {
  const usable = sampled(usablePhotos(data), data)
  if (!usable) return undefined
  const examples = examplesFor(data, usable)
  if (examples.width === 0) return undefined
  const random = RandomStream.fromSeed(SEED).fork('learning-curve')
  const folds = foldsOf(usable.photos, FOLDS, SEED)
  const task = 'learning curve'
  progress?.({ kind: 'start', task, total: SHARES.length })
  const sizes: number[] = []
  const wrong: Float64Array[] = []
  for (const [s, share] of SHARES.entries()) {
    throwIfAborted(signal)
    const draws = share === 1 ? 1 : DRAWS
    const mistakes = new Float64Array(usable.photos.length)
    let learnt = 0
    for (let draw = 0; draw < draws; draw++)
      for (let fold = 0; fold < FOLDS; fold++) {
        const drawn = drawShare(usable, folds, fold, share, random.fork(s, draw, fold))
        const held = folds.flatMap((f, i) => (f === fold ? [i] : []))
        learnt += drawn.length / (draws * FOLDS)
        for (const i of await mistaken(examples, drawn, held, signal)) mistakes[i] += 1 / draws
      }
    sizes.push(learnt)
    wrong.push(mistakes)
    progress?.({ kind: 'advance', task, done: s + 1, total: SHARES.length })
  }
  progress?.({ kind: 'end', task })
  return curveOf(sizes, wrong, random.fork('resamples'))
}

/** Undefined where there is too little to divide; at most as many photos as a fit takes in seconds, as many of each class as there are. */
function sampled(usable: UsablePhotos, { labels, features }: DeepData): UsablePhotos | undefined {
  const sizes = new Map<number, number>()
  for (const [first] of byContent(usable.photos)) sizes.set(first.label, (sizes.get(first.label) ?? 0) + 1)
  if (sizes.size < 2 || [...sizes.values()].some(size => size < FEWEST)) return undefined
  const most = Math.min(MOST_PHOTOS, Math.floor(MOST_PRODUCTS / (features.width * labels.length)))
  const count = usable.photos.length
  if (count <= most) return usable
  const random = RandomStream.fromSeed(SEED).fork('learning-curve', 'sample')
  const kept = random
    .permutation(count)
    .slice(0, Math.max(most, FEWEST * sizes.size))
    .sort((a, b) => a - b)
  return { numbers: kept.map(i => usable.numbers[i]), photos: kept.map(i => usable.photos[i]) }
}

/** A share of each class's photos outside of the fold, at least one. */
function drawShare(
  { photos }: UsablePhotos,
  folds: readonly number[],
  fold: number,
  share: number,
  random: RandomStream,
): number[] {
  const byClass = new Map<number, number[]>()
  for (const [i, { label }] of photos.entries())
    if (folds[i] !== fold) byClass.set(label, [...(byClass.get(label) ?? []), i])
  return [...byClass].flatMap(([label, members]) =>
    random
      .fork(label)
      .shuffle(members)
      .slice(0, Math.max(1, Math.round(share * members.length))),
  )
}

/** Which of the held-out photos a fit on the drawn ones mistakes. */
async function mistaken(
  { rows, width, targets, classes }: ViewedExamples,
  drawn: readonly number[],
  held: readonly number[],
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const all = [...held, ...drawn]
  const gather = (from: Float32Array, columns: number) => {
    const out = new Float32Array(all.length * columns)
    for (const [k, i] of all.entries()) out.set(from.subarray(i * columns, (i + 1) * columns), k * columns)
    return out
  }
  const examples = {
    rows: gather(rows, width),
    targets: gather(targets, classes),
    width,
    classes,
    photos: all.length,
    views: 1,
  }
  const repetitions = [all.map((_, k) => (k < held.length ? 0 : -1))]
  const [{ repetitions: results }] = await crossValidate(examples, { repetitions, folds: 1, cs: [C], signal })
  const [{ photos, logits }] = results
  return photos.flatMap((k, i) => {
    const photo = held[k]
    return targets[photo * classes + argmax(logits[i])] === 1 ? [] : [photo]
  })
}

/** @param wrong for each size how often each photo was mistaken, 0 to 1 */
function curveOf(
  sizes: readonly number[],
  wrong: readonly Float64Array[],
  random: RandomStream,
): LearningCurve {
  const judged = wrong[0].length
  const points = sizes.map((size, k) => ({
    photos: Math.round(size),
    error: wrong[k].reduce((sum, mistake) => sum + mistake, 0) / judged,
  }))
  return { points, judged, forecasts: forecast(sizes, wrong, random) }
}
