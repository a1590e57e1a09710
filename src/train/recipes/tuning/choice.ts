import type { RandomStream } from '../../../core/index.js'
import type { Photo } from '../../../dataset/index.js'
import { wilson } from '../../../evaluate/index.js'
import type { NetworkWeights } from '../../network/index.js'
import type { Candidate } from '../recipe.js'
import { briefly, thoroughly, tunedFolds } from './fold-fits.js'
import { fewestPhotos, folds, frozenFolds, labelsOf, type Trial, type TuningSchedule } from './folds.js'
import { rehearse, tooFast } from './rehearsal.js'
import type { Depth } from './values.js'
import { type Compared, costOf, isMuchLeft, type Judged, judged, mean, verdictOn, winner } from './verdict.js'

/**
 * Below this many mistakes on photos left out there is nothing to win that could be told from luck: with fewer than
 * three, even their disappearance without a new one is less lopsided than three tosses of a coin.
 */
const fewestWrong = 3

/** Whether to fine-tune, and why. */
export interface TuningDecision {
  readonly chosen: boolean
  /** Whether only a little is to be learnt. */
  readonly isBrief?: boolean | undefined
  /** A sentence. */
  readonly reason: string
  /** Those that were compared, if any were. */
  readonly candidates: readonly Candidate[]
  /** What logits of the fine-tuned network are best divided by; undefined where no photos were left out to tell. */
  readonly temperature?: number | undefined
  /** On which photos that was found, in words. */
  readonly temperatureFrom?: string | undefined
  /** The mean of the networks fine-tuned a little for the comparison: what predicts, or a start for one on all photos. */
  readonly learnt?: NetworkWeights | undefined
  /** What is done where there turns out to be no time for this. */
  readonly otherwise?: TuningDecision | undefined
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
  if (fineTune === 'never') return without('Only the head learned; fine-tuning was left out.')
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
 * Decides on the training photos alone whether fine-tuning pays. The head alone, a little fine-tuning of the last layers and, where
 * many mistakes are left, much of all layers are cross-validated, exact copies together.
 */
export async function chooseTuning(trial: Trial, random: RandomStream): Promise<TuningDecision> {
  if (trial.fineTune !== 'always') return crossValidated(trial, random)
  const { temperature, ...rehearsed } = await rehearse(trial, random.fork('rehearsal'))
  const temperatureFrom =
    temperature === undefined ? undefined : 'a third of the training photos, left out in a rehearsal'
  return { ...without(rehearsed.reason), ...rehearsed, temperature, temperatureFrom }
}

async function crossValidated(trial: Trial, random: RandomStream): Promise<TuningDecision> {
  const { features, open, pace, schedule, signal } = trial
  const starts = await frozenFolds(trial, random, folds)
  await features.rest()
  const photos = starts.flatMap(({ held }) => held)
  const truth = labelsOf(photos)
  const head = await judged(
    truth,
    starts.flatMap(({ logits }) => logits),
    signal,
  )
  const tried = (part: 'brief' | 'thorough', depth: Depth, how: typeof briefly) =>
    schedule.inTime(part, signal, async limited => {
      const tuner = await open(depth, limited)
      const done = await tunedFolds(starts, tuner, random, how, { ...trial, signal: limited })
      const logits = done?.logits.flat()
      return { tuner, learnt: done?.weights, logits, judged: logits && (await judged(truth, logits, signal)) }
    })
  const of = (decision: TuningDecision, { learnt, logits = [] }: Tried): TuningDecision => ({
    ...decision,
    learnt,
    leftOut: { photos, logits },
  })
  const first = await tried('brief', 'last', briefly)
  if (first.isLate) return brokenOff(schedule)
  const { result: brief } = first
  const { subject } = brief.tuner
  if (!brief.judged)
    return without(
      `Only the head learned: with ${subject.toLowerCase()} fine-tuned ${tooFast}, at rates from ${pace.lowest(brief.tuner)} on.`,
    )
  const little = of(compare({ head, brief: brief.judged }, subject), brief)
  if (!isMuchLeft(head.missed.size, photos.length)) return little
  const second = await tried('thorough', 'all', thoroughly)
  const reason = `${little.reason} For more fine-tuning there was no time within ${schedule.limit}.`
  if (second.isLate) return { ...little, reason }
  const { result: thorough } = second
  const decision = compare(
    { head, brief: brief.judged, thorough: thorough.judged },
    subject,
    thorough.tuner.subject,
  )
  if (decision.isBrief || !thorough.judged) return of(decision, brief)
  return { ...of(decision, thorough), learnt: undefined, otherwise: { ...little, reason } }
}

/** What fine-tuning on all folds came to; nothing where no rate suits the network. */
interface Tried {
  readonly learnt: NetworkWeights | undefined
  readonly logits: readonly (readonly number[])[] | undefined
}

/** That there was no time for fine-tuning after all. */
export function brokenOff({ limit }: TuningSchedule): TuningDecision {
  return without(
    `Only the head was kept: fine-tuning was broken off, as it would not have been done within ${limit}.`,
  )
}

export function without(reason: string): TuningDecision {
  return { chosen: false, reason, candidates: [] }
}

/**
 * Exported for the test of the rule.
 *
 * @param subject - what a little fine-tuning changes: `The last layers`
 * @param allSubject - what much of it changes
 */
export function compare(
  compared: Compared<Judged>,
  subject: string,
  allSubject = 'All layers',
): TuningDecision {
  const { head, brief, thorough } = compared
  const count = head.losses.length
  const layers = subject.toLowerCase()
  const best = winner(compared)
  const tuned = (best === 'thorough' && thorough) || brief
  const found = (one: Judged) => `on ${one.missed.size} (log loss ${costOf(one)})`
  const much = thorough ? `, with ${allSubject.toLowerCase()} ${found(thorough)}` : ''
  const sentence = {
    head: `Only the head learned: of ${count} training photos left out in turn, that is wrong ${found(head)}, with ${layers} fine-tuned a little ${found(brief)}${much}.`,
    brief: `${subject} were fine-tuned a little: of ${count} training photos left out in turn, that is wrong ${found(brief)}, the head alone ${found(head)}${much}.`,
    thorough: `${allSubject} were fine-tuned: of ${count} training photos left out in turn, that is wrong ${found(tuned)}, the head alone ${found(head)}.`,
  }
  const note = `${folds}-fold cross-validation on ${count} photos`
  const row = (name: string, kind: keyof Compared<Judged>, one: Judged): Candidate => ({
    name,
    accuracy: 1 - one.missed.size / count,
    interval: wilson(count - one.missed.size, count) ?? [0, 1],
    logLoss: mean(one.losses),
    chosen: kind === best,
    note:
      kind === 'head'
        ? note
        : `${note}, standard error of the difference in log loss ${verdictOn(head, one).error.toFixed(3)}`,
  })
  return {
    chosen: best !== 'head',
    isBrief: best === 'brief',
    reason: sentence[best],
    candidates: [
      row('head alone', 'head', head),
      row(`${layers} fine-tuned a little`, 'brief', brief),
      ...(thorough ? [row(`${allSubject.toLowerCase()} fine-tuned`, 'thorough', thorough)] : []),
    ],
    temperature: tuned.temperature,
    temperatureFrom: `${count} training photos, each judged by a fine-tuned network that had not learnt from it`,
  }
}

function times(count: number): string {
  const rounded = Math.round(count)
  return rounded === 1 ? 'once' : `${rounded} times`
}
