import { photoCheck } from './photo-check.js'

/** Files with several pictures. */
export const animated = photoCheck(
  {
    name: 'animated',
    title: 'Animations and pages',
    finds: 'Files that hold several pictures: animated GIF, WebP and PNG, TIFF with pages.',
    why: 'The first picture alone is learnt from, and it often shows a title, or nothing yet.',
    advice: 'Look at the first picture; save the one that shows the subject.',
  },
  ({ facts: { header } }) =>
    header !== null && header.frames > 1
      ? { what: `holds ${header.frames} pictures, of which the first is used`, weight: header.frames }
      : undefined,
)
