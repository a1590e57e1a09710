import { plural } from '../core/index.js'
import { type Beside, KNOWN_STEPS } from './beside.js'

/** Of what the probability of the right class was, on geometric average, the part below which that is said. */
const LEAST_OF_PROBABILITY = 0.9

/** The part of the photos whose `known` may move farther unsaid. */
const MOST_MOVED = 0.1

/** What has changed where perhaps no verdict has: sentences. */
export function movedNotes({
  photos,
  known,
  given,
  exported,
}: Pick<Beside, 'photos' | 'known'> & {
  readonly given: { readonly calibration: { readonly logLoss: number } }
  readonly exported: { readonly calibration: { readonly logLoss: number } }
}): string[] {
  const [before, after] = [given.calibration.logLoss, exported.calibration.logLoss]
  const part = Math.exp(before - after)
  const loss =
    part < LEAST_OF_PROBABILITY
      ? [
          `Its probabilities are worse: that of the right class is ${part.toFixed(2)} of what it was, on geometric average ` +
            `(log loss ${before.toPrecision(3)}, now ${after.toPrecision(3)}). Where probabilities are used, take a higher precision.`,
        ]
      : []
  const ranks =
    known !== null && known.moved > MOST_MOVED * photos
      ? [
          `\`known\` is more than ${KNOWN_STEPS} off on ${known.moved} of ${plural(photos, 'photo')} (at most ${known.largest.toFixed(2)}): ` +
            '"neither" is decided otherwise near its threshold. Where that counts, take a higher precision.',
        ]
      : []
  return [...loss, ...ranks]
}
