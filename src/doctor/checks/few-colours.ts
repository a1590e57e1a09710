import { plural, said } from '../../core/index.js'
import { GREY_CHROMA } from './greyscale.js'
import { lookCheck } from './photo-check.js'

/** As many as a palette has. */
const MOST_COLOURS = 256

/** Levels of grey: photos without colour have at most 256 of them. */
const MOST_GREYS = 32

/** Pictures made of few colours. */
export const fewColours = lookCheck(
  {
    name: 'few-colours',
    are: 'have few colours',
    title: 'Few colours',
    finds:
      'Drawings, icons and photos whose colours were reduced to a palette, as a GIF or an indexed PNG has it.',
    why:
      'They are no photos as a camera takes them: their bands and edges are something to learn, and if one class has most of ' +
      'them, they give it away.',
    advice: 'Leave drawings and icons out; get the photo in another format.',
    threshold:
      `At most ${MOST_COLOURS} different colours (${MOST_GREYS} levels in a picture without colour), counted exactly in pictures that are small or ` +
      'without loss. Photos have tens of thousands.',
  },
  ({ palette, chroma }) => {
    if (palette === null || palette > (chroma <= GREY_CHROMA ? MOST_GREYS : MOST_COLOURS)) return undefined
    return {
      what: `has ${plural(palette, 'colour')}`,
      said: said('few-colours', palette),
      weight: 1 - palette / (2 * MOST_COLOURS),
    }
  },
)
