import type { Piece } from '../time-plan/index.js'
import { countOf, lookingAgain, otherThingsPieces, partTask } from './frozen/index.js'
import type { RecipeOptions } from './recipe.js'
import { onceMoreTask } from './remember.js'
import { ttaTask, ttaViews } from './show.js'
import { tunedTask } from './tuning/index.js'
import type { UsualCosts } from './usual.js'

/** What comes after all that is learnt: more views of the validation photos, and the test photos. */
export function endPieces(
  { dataset }: RecipeOptions,
  { photo, variedPhoto, view }: UsualCosts,
): (Piece & { readonly task: string })[] {
  const [valid, test] = (['valid', 'test'] as const).map(split => countOf(dataset.photos, split))
  return [
    { kind: 'views', task: ttaTask, seconds: valid * (variedPhoto + ttaViews * view), isKept: true },
    { kind: 'views', task: partTask('squash', 'test'), seconds: test * (photo + view), isKept: true },
  ]
}

/** The same through a tuned network, which has not seen any photo before. */
export function tunedEndPieces(options: RecipeOptions, costs: UsualCosts, isWhole: boolean): Piece[] {
  const { photos } = options.dataset
  const seen = (split: 'train' | 'valid', task: string): Piece => {
    const seconds = countOf(photos, split) * (costs.photo + costs.view)
    return { kind: 'views', task: tunedTask(task), seconds }
  }
  const more = endPieces(options, costs).map(
    (piece): Piece => ({ ...piece, task: tunedTask(piece.task), isKept: false }),
  )
  const valid = seen('valid', partTask('squash', 'valid'))
  const others = otherThingsPieces(options, costs)
  const looking: Piece = { kind: 'other', seconds: lookingAgain(options) }
  // Where the last layers alone were tuned, other things are looked at as the network was, too.
  const remembered = isWhole
    ? [seen('train', onceMoreTask), valid, ...others, looking]
    : [...others, ...others, looking, valid]
  return [...remembered, ...more, { kind: 'other', seconds: 0.5 }]
}
