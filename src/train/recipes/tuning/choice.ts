import type { RandomStream } from '../../../core/index.js'
import type { Photo } from '../../../dataset/index.js'
import { wilson } from '../../../evaluate/index.js'
import type { NetworkWeights } from '../../network/index.js'
import type { Candidate } from '../recipe.js'
import { tunedFolds } from './fold-fits.js'
import { fewestPhotos, folds, frozenFolds, labelsOf, type Trial } from './folds.js'
import { rehearse, tooFast } from './rehearsal.js'
import { costOf, type Judged, judged, mean, verdictOn } from './verdict.js'

/**
 * Below this many mistakes on photos left out there is nothing to win that could be told from luck: with fewer than
 * three, even their disappearance without a new one is less lopsided than three tosses of a coin.
 */
const fewestWrong = 3

/** Whether to fine-tune, and why. */
export interface TuningDecision {
  readonly chosen: boolean
  /** A sentence. */
  readonly reason: string
  /** The two that were compared, if they were. */
  readonly candidates: readonly Candidate[]
  /** What logits of the fine-tuned network are best divided by; undefined where no photos were left out to tell. */
  readonly temperature?: number | undefined
  /** On which photos that was found, in words. */
  readonly temperatureFrom?: string | undefined
  /** The mean of the networks fine-tuned for the comparison: a start for one on all photos. */
  readonly learnt?: NetworkWeights | undefined
  /** What the compared networks say of the photos that they went without. */
  readonly leftOut?:
    | { readonly photos: readonly Photo[]; readonly logits: readonly (readonly number[])[] }
    | undefined
}

/**
 * What is decided without fine-tuning anything: that only the head learns, as was asked for, or because there are too few photos to
 * find out by, or because the frozen head makes hardly a mistake, so that there is nothing to win. Undefined where it has to be tried.
 */
export async function decidedAtOnce({
  fineTune,
  decision,
  features,
}: Pick<Trial, 'fineTune' | 'decision' | 'features'>): Promise<TuningDecision | undefined> {
  if (fineTune === 'always') return undefined
  if (fineTune === 'never') return without('Only the head learned, as asked for.')
  const { photos } = await features.of(decision.candidate.resize, 'train')
  if (photos.length < fewestPhotos)
    return without(
      `Only the head learned: ${photos.length} training photos are too few to find out whether fine-tuning pays.`,
    )
  if (decision.wrong < fewestWrong)
    return without(
      `Only the head learned: on photos left out it is wrong ${times(decision.wrong)} in ${photos.length}, so fine-tuning has next to nothing to win.`,
    )
  return undefined
}

/**
 * Decides on the training photos alone whether fine-tuning pays. Both are cross-validated, exact copies together: fine-tuning is
 * chosen unless its log loss is higher by more than luck explains. A tie goes to it because the third of the photos that each
 * fold goes without matters more to many weights than to few, and because the mean of the folds' networks is better than
 * each of them.
 */
export async function chooseTuning(trial: Trial, random: RandomStream): Promise<TuningDecision> {
  if (trial.fineTune !== 'always') return crossValidated(trial, random)
  const { temperature, ...rehearsed } = await rehearse(trial, random.fork('rehearsal'))
  const temperatureFrom =
    temperature === undefined ? undefined : 'a third of the training photos, left out in a rehearsal'
  return { ...without(rehearsed.reason), ...rehearsed, temperature, temperatureFrom }
}

async function crossValidated(trial: Trial, random: RandomStream): Promise<TuningDecision> {
  const { features, open, pace, signal } = trial
  const starts = await frozenFolds(trial, random, folds)
  await features.rest()
  const tuner = await open()
  const compared = await tunedFolds(starts, tuner, random, trial)
  if (!compared)
    return without(
      `Only the head learned: with ${tuner.subject.toLowerCase()} fine-tuned ${tooFast}, at rates from ${pace.lowest(tuner)} on.`,
    )
  const truth = starts.flatMap(({ held }) => labelsOf(held))
  const frozenLogits = starts.flatMap(({ logits }) => logits)
  const frozen = await judged(truth, frozenLogits, signal)
  const tuned = await judged(truth, compared.logits.flat(), signal)
  const leftOut = { photos: starts.flatMap(({ held }) => held), logits: compared.logits.flat() }
  return { ...compare(frozen, tuned, tuner.subject), learnt: compared.weights, leftOut }
}

function without(reason: string): TuningDecision {
  return { chosen: false, reason, candidates: [] }
}

/** Exported for the test of the rule. */
export function compare(frozen: Judged, tuned: Judged, subject: string): TuningDecision {
  const count = frozen.losses.length
  const { pays, isTie, error } = verdictOn(frozen, tuned)
  const layers = subject.toLowerCase()
  const [first, second] = pays ? [tuned, frozen] : [frozen, tuned]
  const reason =
    `${pays ? `${subject} were fine-tuned` : 'Only the head learned'}: of ${count} training photos left out in turn, that is ` +
    `wrong on ${first.wrong} (log loss ${costOf(first)}), ${pays ? 'the head alone' : `with ${layers} fine-tuned`} on ` +
    `${second.wrong} (${costOf(second)})${pays && isTie ? ': a tie, which goes to fine-tuning.' : '.'}`
  const note = `${folds}-fold cross-validation on ${count} photos`
  const difference = `${note}, standard error of the difference in log loss ${error.toFixed(3)}`
  const row = (name: string, one: Judged, won: boolean, note: string): Candidate => ({
    name,
    accuracy: 1 - one.wrong / count,
    interval: wilson(count - one.wrong, count) ?? [0, 1],
    logLoss: mean(one.losses),
    chosen: won,
    note,
  })
  return {
    chosen: pays,
    reason,
    candidates: [
      row('head alone', frozen, !pays, note),
      row(`${layers} fine-tuned`, tuned, pays, difference),
    ],
    temperature: tuned.temperature,
    temperatureFrom: `${count} training photos, each judged by a fine-tuned network that had not learnt from it`,
  }
}

function times(count: number): string {
  const rounded = Math.round(count)
  return rounded === 1 ? 'once' : `${rounded} times`
}
