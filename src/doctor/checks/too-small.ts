import { said } from '../../core/index.js'
import { formCheck } from './photo-check.js'

/** Pixels of the short side below which a photo counts as too small. */
const LEAST_SIDE = 64

/** Photos with too few pixels to show anything. */
export const tooSmall = formCheck(
  {
    name: 'too-small',
    are: `have a side of less than ${LEAST_SIDE} pixels`,
    title: 'Too small',
    finds: 'Photos whose shorter side has few pixels: thumbnails and icons.',
    why: 'They are enlarged to what the network sees, so it learns that blur belongs to their class.',
    advice: 'Get the photo in its full size, or leave it out.',
    threshold:
      `A short side below ${LEAST_SIDE} pixels: less than a third of the 224 that networks see, and under what icons have. Of 5,000 photos of ` +
      'seven public sets 2 are below.',
  },
  ({ width, height }, problem) => {
    if (problem !== null && problem.kind !== 'small') return undefined
    const side = Math.min(width, height)
    if (side >= LEAST_SIDE) return undefined
    return {
      what: `has ${width} x ${height} pixels`,
      said: said('too-small', width, height),
      weight: 1 - side / LEAST_SIDE,
    }
  },
)
