import { lookCheck } from './photo-check.js'

/**
 * Too much light fills channels before others (partly), where white that was meant fills all at once; it makes detail and noise
 * stronger, and leaves the rest as dark as it was. Shares of pixels count by their roots, as the first hundredths tell most.
 * Fitted by logistic regression on one plant of faults.
 */
const WEIGHTS = { any: -0.4, partly: 1, all: 0.85, detail: 0.006, median: -0.0004 } as const

/** Sum of these from which a photo counts as too bright. */
const MOST = 0.51

/** Overexposed photos. */
export const bright = lookCheck(
  {
    name: 'bright',
    are: 'are too bright',
    title: 'Bright photos',
    finds:
      'Overexposed photos: parts of the subject are white, or a colour as full as it goes, without anything in them.',
    why: 'What the light took away cannot be learnt, and no correction brings it back.',
    advice: 'Take the photo again with less light, or leave it out where the subject suffers.',
    threshold:
      `A sum, from ${MOST} on, of the shares of pixels of which some channels are full, and all, of fine detail, and of the median ` +
      'brightness: brightness alone takes subjects on white paper for too bright, and finds 7 of 20. Fitted on one plant of faults ' +
      '(2.5 stops too bright), 17 of 20 found; on the other 18; with 5 of 500 clean photos each.',
  },
  ({ light, detail }) => {
    const [any, all] = light.full
    const [fine = 0] = detail
    const [, , median = 0] = light.below
    const sum =
      WEIGHTS.any * Math.sqrt(any) +
      WEIGHTS.partly * Math.sqrt(Math.max(0, any - all)) +
      WEIGHTS.all * Math.sqrt(all) +
      WEIGHTS.detail * fine +
      WEIGHTS.median * median
    if (sum < MOST) return undefined
    return { what: `is too bright: ${Math.round(any * 100)} % of it is as full as it goes`, weight: sum }
  },
)
