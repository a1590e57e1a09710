import { exactTime, type Progress } from '../core/index.js'
import { readingTask } from '../dataset/index.js'
import { lookingTask } from '../doctor/index.js'
import { type Ahead, articlePieces, type Piece, TimePlan } from '../train/index.js'
import type { TrainOptions } from './train-options.js'
import { USUAL_BACKBONE } from './usual-backbone.js'

/** Seconds, on a usual machine, from the end of learning to that of the run: model, quick checks, report. */
const writing: readonly Piece[] = [{ kind: 'other', seconds: 1.5 }]

/** Seconds a photo, on a usual machine: looking for what belongs together, and what the head alone and fine-tuning take. */
const each = { looking: 0.006, head: 0.02, tuning: 0.055 }
/** And however few photos there are: networks are made ready. */
const once = { head: 1, tuning: 3 }

/** When a training is to be done, and what it takes still, told among its progress. */
export function timePlanOf({ budget, progress }: TrainOptions, began: number): TimePlan {
  return new TimePlan({ budget, progress, began, end: writing })
}

/**
 * Progress of what comes before the learning: as soon as it is known how many photos there are, the plan expects what that many
 * usually take, until it is told more exactly. With another network than the usual one nobody can tell yet.
 */
export function fromFirst(time: TimePlan, { recipe, backbone, size, fineTune }: TrainOptions): Progress {
  const isUsual = [undefined, 'auto'].includes(recipe) && [undefined, USUAL_BACKBONE].includes(backbone)
  let canTell = isUsual && size === undefined
  return event => {
    if (canTell && event.kind === 'start' && event.task === readingTask && event.total !== undefined) {
      time.expect(usually(event.total, fineTune))
      canTell = false
    }
    time.progress(event)
  }
}

function usually(photos: number, fineTune: TrainOptions['fineTune']): Ahead {
  const later = (seconds: number, atOnce: number): Piece => ({
    ...{ kind: 'views', task: 'learning', seconds: photos * seconds + atOnce },
  })
  const looking: readonly Piece[] = [{ kind: 'other', task: lookingTask, seconds: photos * each.looking }]
  if (fineTune === 'always')
    return { pieces: [...looking, later(each.head + 4 * each.tuning, once.head + once.tuning)] }
  const perhaps = {
    pieces: [later(each.head + each.tuning, once.head + once.tuning)],
    when: 'fine-tuning is worth a try',
  }
  return {
    pieces: looking,
    usually: [later(each.head, once.head)],
    perhaps: fineTune === 'never' ? undefined : perhaps,
  }
}

/**
 * How long a training with the usual network takes on a usual machine, before anything of it was begun: at least, and at most where more
 * may turn out to be worth it. Seconds.
 */
export function usualSeconds(
  photos: number,
  fineTune: TrainOptions['fineTune'],
): { readonly least: number; readonly most: number } {
  const sum = (pieces: readonly Piece[]) => pieces.reduce((all, { seconds }) => all + seconds, 0)
  const { pieces, usually: then = [], perhaps } = usually(photos, fineTune)
  const first = sum(pieces) + sum(writing)
  const least = first + sum(then)
  return { least, most: perhaps === undefined ? least : first + sum(perhaps.pieces) }
}

/**
 * The same for the article's recipe, all layers included.
 *
 * @param photos - to learn from, and to measure on
 */
export function usualArticleSeconds(photos: { readonly train: number; readonly valid: number }): number {
  const pieces = [...articlePieces(photos), ...writing]
  const looking = (photos.train + photos.valid) * each.looking
  return pieces.reduce((sum, { seconds }) => sum + seconds, looking + once.head + once.tuning)
}

/** Seconds for one of several trainings where the budget is used up. */
const leastShare = 0.1

/** What is left of a budget, shared among so many trainings; in tenths of a second. */
export function shareOfBudget(
  budget: number | undefined,
  elapsed: number,
  count: number,
): number | undefined {
  if (budget === undefined) return undefined
  return Math.max(leastShare, Math.floor((10 * (budget - elapsed)) / count) / 10)
}

/**
 * Progress of one of several trainings that are alike: what it says of its end is made to tell of the end of all.
 *
 * @param more - how many come after it
 * @param took - seconds that others took
 */
export function asOneOfSeveral(
  progress: Progress | undefined,
  more: number,
  took: readonly number[],
): Progress | undefined {
  if (!progress || more === 0) return progress
  const began = performance.now()
  const mean = took.length > 0 ? took.reduce((a, b) => a + b) / took.length : undefined
  return event => {
    if (event.kind !== 'estimate') return progress(event)
    const elapsed = (performance.now() - began) / 1000
    const ofAll = (seconds: number) => seconds + more * (mean ?? elapsed + seconds)
    const { seconds, perhaps } = event
    const most = perhaps && { ...perhaps, seconds: ofAll(perhaps.seconds) }
    progress({ kind: 'estimate', seconds: ofAll(seconds), perhaps: most })
  }
}

/** Says what was left out for a budget, and whether it was exceeded all the same. */
export function tellBudget(
  { budget, elapsed, spared, limit }: Pick<TimePlan, 'budget' | 'elapsed' | 'spared' | 'limit'>,
  notice: (message: string) => void,
): void {
  if (budget === undefined) return
  if (spared.length > 0) notice(`Left out to keep to ${limit}: ${spared.join(', ')}.`)
  const took = exactTime(Math.round(elapsed))
  if (elapsed <= budget || took === exactTime(budget)) return
  const why = spared.length > 0 ? 'the rest could not be left out' : 'the end took longer than expected'
  notice(`This took ${took}, more than ${limit}: ${why}.`)
}
