import { said } from '../../core/index.js'
import { formCheck } from './photo-check.js'

/** Longer side over shorter one. */
const MOST = 3

/** Strips and panoramas. */
export const oddAspect = formCheck(
  {
    name: 'odd-aspect',
    are: `are at least ${MOST} times as long as wide`,
    title: 'Odd aspect',
    finds: 'Photos that are several times as long as they are wide: banners, strips, panoramas, pages.',
    why: 'The network sees a square: of such a photo it sees a part, or all of it out of shape.',
    advice: 'Crop it to the subject.',
    threshold: `Longer over shorter side from ${MOST} on. Cameras make 1.33 to 1.78, films 2.4.`,
  },
  ({ width, height }, problem) => {
    if (problem !== null) return undefined
    const aspect = Math.max(width, height) / Math.min(width, height)
    if (aspect < MOST) return undefined
    return {
      what: `has ${width} x ${height} pixels, ${aspect.toFixed(1)} to 1`,
      said: said('odd-aspect', width, height, aspect.toFixed(1)),
      weight: aspect,
    }
  },
)
