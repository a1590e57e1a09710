import { said } from '../../core/index.js'
import { lookCheck } from './photo-check.js'

/** Brightness that 95 of a hundred pixels of a dark photo lie below. */
const MOST_P95 = 100

/** Photos on which hardly anything is light. */
export const dark = lookCheck(
  {
    name: 'dark',
    are: 'are dark',
    title: 'Dark photos',
    finds: 'Photos on which hardly a pixel is light: underexposed, taken at night, or black.',
    why: 'What little they show is noise to the network, and it may learn darkness in place of the subject.',
    advice: 'Brighten the photo where the subject can be seen, or leave it out.',
    threshold:
      `95 of a hundred pixels below ${MOST_P95} of 255. Found 40 of 40 photos planted 4.5 stops too dark; of 1,000 clean photos 3 ` +
      'are below. The mean alone finds fewer, as a dark photo may have a light part and be good.',
  },
  ({ luminance: { mean, p95 } }) => {
    if (p95 >= MOST_P95) return undefined
    return {
      what: `is dark: its mean brightness is ${Math.round(mean)} of 255`,
      said: said('dark', Math.round(mean)),
      weight: 1 - mean / 255,
    }
  },
)
