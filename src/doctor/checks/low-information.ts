import { said } from '../../core/index.js'
import { lookCheck } from './photo-check.js'

/** Steps of brightness, of 255, between what 1 and 99 of a hundred pixels lie below. */
const LEAST_RANGE = 40

/** Photos that show next to nothing. */
export const lowInformation = lookCheck(
  {
    name: 'low-information',
    are: 'show next to nothing',
    title: 'Low information',
    finds: 'Photos that are one even surface: a wall, a lens cap, a placeholder in place of a picture.',
    why: 'There is nothing to learn from but the surface.',
    advice: 'Leave the photo out.',
    threshold:
      `Less than ${LEAST_RANGE} steps of brightness, of 255, between the darkest and the lightest hundredth of the photo. Found 40 of 40 ` +
      'planted; of 4,500 clean photos none. A drawing on white paper, whose entropy is as low, has black on white.',
  },
  ({ luminance: { p1, p99 }, entropy }) => {
    const range = p99 - p1
    if (range >= LEAST_RANGE) return undefined
    return {
      what: `shows next to nothing: brightness ${p1} to ${p99}, ${entropy.toFixed(1)} bits`,
      said: said('low-information', p1, p99),
      weight: 1 - range / LEAST_RANGE,
    }
  },
)
