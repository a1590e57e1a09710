import { plural, said } from '../../core/index.js'
import type { QuickCheck } from '../check.js'
import type { Finding } from '../finding.js'
import { type ClassCount, countsOf } from './class-counts.js'

/** Photos of a class to learn from. */
const LEAST_LEARNT = 20

/** Photos of a class to measure on. */
const LEAST_HELD = 10

/** Classes with too few photos. */
export const tooFew: QuickCheck = {
  name: 'too-few',
  title: 'Too few photos',
  depth: 'quick',
  finds: 'Classes with few photos to learn from, or to measure on, that can be used; and classes with none.',
  why:
    'From a handful the network learns those photos rather than the class, and a measure on ten photos is uncertain by ten or ' +
    'twenty points.',
  advice: 'Add photos. A hundred a class to learn from and thirty to measure on go a long way.',
  threshold:
    `Fewer than ${LEAST_LEARNT} to learn from, or than ${LEAST_HELD} to measure on where folders or a table divide the photos. With ` +
    `${LEAST_HELD} photos of which 9 are right, the 95 % interval of the accuracy is 0.60 to 0.98.`,
  run(data) {
    return countsOf(data).flatMap((count): Finding[] => {
      const what = inWords(count)
      if (what === undefined) return []
      const weight = 1 - Math.min(count.learnt, count.held ?? LEAST_HELD) / LEAST_LEARNT
      const message = `Class "${count.label}" has ${what}.`
      const words = said(
        'too-few',
        count.label,
        count.learnt,
        ...(count.held === undefined ? [] : [count.held]),
      )
      return [{ check: 'too-few', photos: [], certain: false, message, said: words, weight }]
    })
  },
}

function inWords({ learnt, held }: ClassCount): string | undefined {
  if (learnt === 0 && (held ?? 0) === 0) return 'no photo that can be used'
  const few = [
    learnt < LEAST_LEARNT ? `${learnt === 0 ? 'no photo' : plural(learnt, 'photo')} to learn from` : '',
    held !== undefined && held < LEAST_HELD ? `${held === 0 ? 'none' : held} to measure on` : '',
  ].filter(Boolean)
  return few.length === 0 ? undefined : few.join(' and ')
}
