import { z } from 'zod'
import type { RandomStream } from '../../../core/index.js'
import { rehearsal, tunedFold } from './fold-fits.js'
import { fewestPhotos, frozenFolds, labelsOf, type Trial } from './folds.js'
import { costOf, judged, verdictOn } from './verdict.js'

/** What a checkpoint calls the rehearsal. */
const rehearsedName = 'rehearsed'
const rehearsedSchema = z.object({
  chosen: z.boolean(),
  reason: z.string(),
  temperature: z.number().optional(),
})

/**
 * Whether to do what was asked for, and why: a sentence. The temperature is what suits the network's answers about the photos
 * left out; undefined where none were.
 */
export type Rehearsed = z.infer<typeof rehearsedSchema>

/** What is heard of a network whose rates all prove too high. */
export const tooFast = 'the network ended worse on photos that it learnt from than it began'

const asked: Rehearsed = { chosen: true, reason: 'All layers were fine-tuned, as asked for.' }

/**
 * Fine-tuning that was asked for is tried out on two thirds of the photos, and judged by the others beside the head alone:
 * it is done unless it loses by more than luck explains, at lower and lower rates. Few photos cannot be spared
 * for that. A run that is gone on with knows already.
 */
export async function rehearse(trial: Trial, random: RandomStream): Promise<Rehearsed> {
  const { checkpoint } = trial
  const tryOut = () => tried(trial, random)
  return checkpoint ? checkpoint.once(rehearsedName, rehearsedSchema, tryOut) : tryOut()
}

async function tried(trial: Trial, random: RandomStream): Promise<Rehearsed> {
  const { features, decision, open, pace, signal } = trial
  const { photos } = await features.of(decision.candidate.resize, 'train')
  if (photos.length < fewestPhotos) return asked
  const [start] = await frozenFolds(trial, random, 1)
  await features.rest()
  if (start.held.length === 0) return asked
  const tuner = await open('all', signal)
  const truth = labelsOf(start.held)
  const frozen = await judged(truth, start.logits, signal)
  let lost = tooFast
  while (!pace.isOver) {
    const logits = await tunedFold(start, 0, tuner, random, rehearsal, trial)
    if (!logits) break
    const tuned = await judged(truth, logits, signal)
    if (verdictOn(frozen, tuned).pays) return { ...asked, temperature: tuned.temperature }
    lost =
      `of ${truth.length} training photos left out the head alone is wrong on ${frozen.missed.size} (log loss ${costOf(frozen)}), ` +
      `with all layers fine-tuned on ${tuned.missed.size} (${costOf(tuned)})`
    await pace.slowDown(tuner, 'lost to the head alone on photos left out')
  }
  return {
    chosen: false,
    reason:
      `Only the head was kept, although all layers were to be fine-tuned: ${lost}, ` +
      `at rates down to ${pace.lowest(tuner)}.`,
  }
}
