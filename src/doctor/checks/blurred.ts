import { said } from '../../core/index.js'
import { lookCheck } from './photo-check.js'

/** Directions of which detail is known, at each scale. */
const DIRECTIONS = 4

/** Fine detail (at 256 pixels) for the coarse (at 64) in the direction that has least: below is out of focus. */
const FOCUS_RATIO = 0.25
const FOCUS_DETAIL = 3.2

/** Fine detail in the direction that has least, for that which has most; and then less of it than focus asks for. */
const SHAKEN_EVENNESS = 0.46
const SHAKEN_RATIO = 0.45
const SHAKEN_DETAIL = 4.5

/** Coarse detail that there must be to judge by: a plain sky has less, and is not blurred. */
const LEAST_COARSE = 2

/** Photos out of focus, or blurred by motion. */
export const blurred = lookCheck(
  {
    name: 'blurred',
    are: 'are blurred',
    title: 'Blurred photos',
    finds:
      'Photos out of focus, and photos blurred by motion: those that lack fine detail for the coarse detail that they have, or ' +
      'lack it in one direction. Photos are compared at one size, so neither a plain sky nor a very large photo counts.',
    why: 'They teach the network what the subject looks like without the detail by which it is told.',
    advice: 'Take the photo again, or leave it out, unless the photos to come will be as blurred.',
    threshold:
      `Detail (root mean square of second differences) at a long side of 256 pixels below ${FOCUS_RATIO} of that at 64, in the ` +
      `direction that has least, and below ${FOCUS_DETAIL} of 255; or below ${SHAKEN_EVENNESS} of what the direction with most has, below ` +
      `${SHAKEN_RATIO} of that at 64, and below ${SHAKEN_DETAIL}. On two plants of faults: out of focus 20 and 19 of 20 found, ` +
      'blurred by motion 19 and 18, with 1 and 2 of 500 clean photos.',
  },
  ({ detail }) => {
    const fine = detail.slice(0, DIRECTIONS)
    const coarse = detail.slice(2 * DIRECTIONS, 3 * DIRECTIONS)
    if (coarse.length < DIRECTIONS || Math.max(...coarse) < LEAST_COARSE) return undefined
    const least = Math.min(...fine)
    const ratio = Math.min(...fine.map((value, i) => value / Math.max(coarse[i], Number.EPSILON)))
    const evenness = least / Math.max(...fine, Number.EPSILON)
    if (ratio < FOCUS_RATIO && least < FOCUS_DETAIL)
      return {
        what: 'is blurred: it has no fine detail',
        said: said('blurred'),
        weight: 1 - ratio / FOCUS_RATIO,
      }
    if (evenness < SHAKEN_EVENNESS && ratio < SHAKEN_RATIO && least < SHAKEN_DETAIL)
      return {
        what: 'is blurred in one direction, as by motion',
        said: said('shaken'),
        weight: 0.5 * (1 - ratio / SHAKEN_RATIO),
      }
    return undefined
  },
)
