import { featureWidth } from '../../../backbones/index.js'
import type { Split } from '../../../dataset/index.js'
import type { Piece } from '../../time-plan/index.js'
import type { RecipeOptions } from '../recipe.js'
import type { UsualCosts } from '../usual.js'
import { autoCandidates } from './candidates.js'
import { comparing } from './choice.js'
import { partTask } from './features.js'

/** Seconds for each product of a photo, a column and a class, in each fold: a fit with each penalty. */
const perProduct = 2.7e-8
/** Products of a fold that are as long as what any fold takes, however small. */
const leastProducts = 2e5
/** As many folds at most, and about so often where photos are few. */
const folds = 5
const photosOfOneDrawing = 300
const drawings = 3
/** What a likeness is sought by, photo by photo: by itself, or while photos are decoded anyway; and what the files' headers tell. */
const lookedAt = 0.004
const lookedAtBeside = 0.001
const headers = 0.001

/** What progress calls looking at photos of other things. */
export const otherThingsTask = 'photos of other things'

/** Seconds of cross-validating all candidates. */
function comparison({ backbone, dataset }: RecipeOptions): number {
  const photos = countOf(dataset.photos, 'train')
  const times = photos < photosOfOneDrawing ? drawings * folds : folds
  return autoCandidates(backbone).reduce((sum, { spec }) => {
    const products = photos * featureWidth(backbone, spec) * dataset.labels.length
    return sum + times * Math.max(leastProducts, products) * perProduct
  }, 0)
}

/** The head alone, as far as it is a classifier that knows its photos and was measured. */
export function headPieces(options: RecipeOptions, costs: UsualCosts, isMirrored: boolean): Piece[] {
  const { photo, view } = costs
  const { dataset } = options
  const [train, valid] = (['train', 'valid'] as const).map(split => countOf(dataset.photos, split))
  const compare = comparison(options)
  const [beside, alone] = options.beside ? [lookedAtBeside, 0] : [0, lookedAt]
  const views = (split: Split, seconds: number): Piece => ({
    ...{ kind: 'views', task: partTask('squash', split), seconds, isKept: true },
  })
  return [
    views('train', train * (photo + beside + (isMirrored ? 2 : 1) * view)),
    { kind: 'cross-validation', task: comparing, seconds: compare },
    { kind: 'cross-validation', seconds: compare / 10 },
    views('valid', valid * (photo + beside + view)),
    ...otherThingsPieces(options, costs),
    { kind: 'other', seconds: 0.3 + train * alone + dataset.photos.length * headers },
  ]
}

/** Photos of other things, where there are any. */
export function otherThingsPieces({ background }: RecipeOptions, { photo, view }: UsualCosts): Piece[] {
  if (background === undefined) return []
  const seconds = background.photos.length * (photo + view)
  return [{ kind: 'views', task: otherThingsTask, seconds, isKept: true }]
}

/** Seconds of seeking likenesses once more: none where a cache knows what was found. */
export function lookingAgain({ dataset, store }: RecipeOptions): number {
  return store ? 0 : countOf(dataset.photos, 'train') * lookedAt
}

/** How many photos are in a part. */
export function countOf(photos: RecipeOptions['dataset']['photos'], split: Split): number {
  return photos.filter(photo => photo.split === split).length
}
