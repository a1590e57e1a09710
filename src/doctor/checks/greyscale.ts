import type { QuickCheck } from '../check.js'
import type { Finding } from '../finding.js'

/** What 99 of a hundred pixels' channels differ by at most in a photo without colour: what JPEG leaves of grey. */
export const GREY_CHROMA = 8

/** Share of the photos above which being without colour is no exception. */
const MOST = 0.2

/** Photos without colour among others that have it. */
export const greyscale: QuickCheck = {
  name: 'greyscale',
  title: 'Greyscale among colour',
  depth: 'quick',
  finds: 'Photos without colour where most have it.',
  why: 'Where one class has more of them, colour gives it away; and a photo of today will have colour.',
  advice: 'Leave them out, or see to it that all classes have them alike.',
  threshold:
    `Channels that differ by at most ${GREY_CHROMA} of 255 in 99 of a hundred pixels, in at most ${MOST * 100} % of the photos. Found 40 of 40 ` +
    'planted, of 1,000 clean photos none.',
  run: ({ photos }) => {
    const seen = photos.flatMap(({ path, facts: { looks } }) => (looks ? [{ path, looks }] : []))
    const grey = seen.filter(({ looks }) => looks.chroma <= GREY_CHROMA)
    if (grey.length > MOST * seen.length) return []
    return grey.map(
      ({ path, looks }): Finding => ({
        check: 'greyscale',
        photos: [path],
        certain: false,
        message: `"${path}" has no colour.`,
        weight: 1 - looks.chroma / (2 * GREY_CHROMA),
      }),
    )
  },
}
