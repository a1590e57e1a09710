import { argumentError } from '../../core/index.js'
import { auto } from './auto.js'
import { fastai2018 } from './fastai-2018.js'
import type { Recipe } from './recipe.js'

export { articlePieces } from './fastai-2018.js'
export { autoCandidates, autoSpec, examplesOf } from './frozen/index.js'
export {
  type Candidate,
  type Choice,
  type FineTune,
  fineTunes,
  type Recipe,
  type RecipeOptions,
  type RecipeResult,
} from './recipe.js'

/** Every recipe, the default first. */
export const recipes: readonly Recipe[] = [auto, fastai2018]

/** The recipe of that name. */
export function recipeNamed(name: string): Recipe {
  const recipe = recipes.find(candidate => candidate.name === name)
  if (!recipe) throw argumentError('recipe', recipes.map(({ name }) => name).join(' or '), name)
  return recipe
}
