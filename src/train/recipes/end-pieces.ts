import type { Piece } from '../time-plan/index.js'
import { countOf, partTask } from './frozen/index.js'
import type { RecipeOptions } from './recipe.js'
import { ttaTask, ttaViews } from './show.js'
import { tunedSuffix } from './tuning/index.js'
import type { UsualCosts } from './usual.js'

/** What comes after all that is learnt: more views of the validation photos, and the test photos. */
export function endPieces({ dataset }: RecipeOptions, { photo, variedPhoto, view }: UsualCosts): Piece[] {
  const [valid, test] = (['valid', 'test'] as const).map(split => countOf(dataset.photos, split))
  return [
    { kind: 'views', task: ttaTask, seconds: valid * (variedPhoto + ttaViews * view), isKept: true },
    { kind: 'views', task: partTask('squash', 'test'), seconds: test * (photo + view), isKept: true },
  ]
}

/** The same through a tuned network, which has not seen any photo before. */
export function tunedEndPieces(options: RecipeOptions, costs: UsualCosts, isWhole: boolean): Piece[] {
  const { photos } = options.dataset
  const seen = (['train', 'valid'] as const).map((split): Piece => {
    const seconds = countOf(photos, split) * (costs.photo + costs.view)
    return { kind: 'views', task: `${partTask('squash', split)}${tunedSuffix}`, seconds }
  })
  const more = endPieces(options, costs).map(
    (piece): Piece => ({ ...piece, task: `${piece.task}${tunedSuffix}`, isKept: false }),
  )
  return [...(isWhole ? seen : seen.slice(1)), { kind: 'other', seconds: 2 }, ...more]
}
