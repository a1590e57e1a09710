import { said } from '../../core/index.js'
import { formCheck } from './photo-check.js'

/** Files with several pictures. */
export const animated = formCheck(
  {
    name: 'animated',
    are: 'hold several pictures',
    title: 'Animations and pages',
    finds: 'Files that hold several pictures: animated GIF, WebP and PNG, TIFF with pages.',
    why: 'The first picture alone is learnt from, and it often shows a title, or nothing yet.',
    advice: 'Look at the first picture; save the one that shows the subject.',
  },
  ({ frames }) =>
    frames > 1
      ? {
          what: `holds ${frames} pictures, of which the first is used`,
          said: said('animated', frames),
          weight: frames,
        }
      : undefined,
)
