import { said } from '../../core/index.js'
import { lookCheck } from './photo-check.js'

/**
 * Too much light fills channels before others (partly), where white that was meant fills all at once; it makes detail and noise
 * stronger, and leaves the rest as dark as it was. What was drawn full is even, and near what is full there is more that is nearly so.
 * Shares of pixels count by their roots, as the first hundredths tell most. Fitted by logistic regression.
 */
const WEIGHTS = {
  any: -13.8,
  partly: 28.1,
  all: 21.3,
  nearly: -3.7,
  detail: 0.058,
  median: -0.0061,
  even: -18.5,
} as const

/** Sum of these from which a photo counts as too bright. */
const MOST = 7.1

/** Overexposed photos. */
export const bright = lookCheck(
  {
    name: 'bright',
    are: 'are too bright',
    title: 'Bright photos',
    finds:
      'Overexposed photos: parts of the subject are white, or a colour as full as it goes, without anything in them. A subject on ' +
      'white paper, or a drawing in full colours, is none.',
    why: 'What the light took away cannot be learnt, and no correction brings it back.',
    advice: 'Take the photo again with less light, or leave it out where the subject suffers.',
    threshold:
      `A sum, from ${MOST} on, of the shares of pixels of which some channels are full, all, and nearly, of fine detail, of the median ` +
      'brightness, and of how even it is where some channels are full; all without the white that reaches in from the edges, where ' +
      'that is 15 % of the photo or more. Of photos 2.5 stops too bright, 19 and 17 of 20 found on two plants, with 3 and 4 of 500 ' +
      'clean photos; of 81 photos of goods on white none, of 570 drawings on white 49.',
  },
  ({ light }) => {
    const [any, all, nearly] = light.full
    const sum =
      WEIGHTS.any * Math.sqrt(any) +
      WEIGHTS.partly * Math.sqrt(Math.max(0, any - all)) +
      WEIGHTS.all * Math.sqrt(all) +
      WEIGHTS.nearly * Math.sqrt(nearly) +
      WEIGHTS.detail * light.detail +
      WEIGHTS.median * light.median +
      WEIGHTS.even * light.even
    if (sum < MOST) return undefined
    const whole = light.paper > 0 ? 'what is not white around it' : 'it'
    // The sum tells whether; how much is as the message has it, so that the order is one that a person can follow.
    return {
      what: `is too bright: ${Math.round(any * 100)} % of ${whole} is as full as it goes`,
      said: said(light.paper > 0 ? 'bright-inside' : 'bright', Math.round(any * 100)),
      weight: any,
    }
  },
)
