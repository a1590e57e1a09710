import { said } from '../../core/index.js'
import type { QuickCheck } from '../check.js'
import type { Finding } from '../finding.js'
import { countsOf } from './class-counts.js'

/** So many times as many photos as the smallest class. */
const MOST_TIMES = 4

/** Classes with far more photos than others. */
export const imbalance: QuickCheck = {
  name: 'imbalance',
  title: 'Imbalance',
  depth: 'quick',
  finds: 'Classes to learn from that have many times as many photos as another.',
  why: 'A classifier that is unsure says the class it has seen most, and accuracy over all photos hides how the small class fares.',
  advice: 'Add photos to the small class, or take some from the large one (`chiquito split --balance`).',
  threshold: `From ${MOST_TIMES} times on: below, the loss of accuracy is small beside what chance does.`,
  run(data) {
    const counts = countsOf(data).filter(({ learnt }) => learnt > 0)
    if (counts.length < 2) return []
    const bySize = counts.slice().sort((a, b) => b.learnt - a.learnt)
    const [most, least] = [bySize[0], bySize[bySize.length - 1]]
    const times = most.learnt / least.learnt
    if (times < MOST_TIMES) return []
    const ratio = times.toFixed(times < 10 ? 1 : 0)
    const finding: Finding = {
      check: 'imbalance',
      photos: [],
      certain: false,
      message:
        `Class "${most.label}" has ${most.learnt} photos to learn from, "${least.label}" ${least.learnt}: ` +
        `${ratio} times as many.`,
      said: said('imbalance', most.label, most.learnt, least.label, least.learnt, ratio),
      weight: times,
    }
    return [finding]
  },
}
