import { type Backbone, checkBackboneName, loadBackbone } from '../backbones/index.js'
import { argumentError, ChiquitoError, plural, type WorkOptions } from '../core/index.js'
import { type FineTune, fineTunes, recipeNamed } from '../train/index.js'
import { USUAL_BACKBONE } from './usual-backbone.js'

/** What is tried with what: every backbone at every size with every recipe. */
export interface SweepGrid {
  /** Names or files, as for `train`; the usual one by default. */
  readonly backbones?: readonly string[] | undefined
  /** Sides of what the network sees; each backbone's own by default. */
  readonly sizes?: readonly number[] | undefined
  /** `auto` by default. */
  readonly recipes?: readonly string[] | undefined
  /** `auto` by default. */
  readonly fineTune?: readonly FineTune[] | undefined
}

/** A way of training. */
export interface Way {
  /** What tells it from the others, in words. */
  readonly name: string
  /** As it was asked for. */
  readonly backbone: string
  readonly size: number | undefined
  readonly recipe: string
  readonly fineTune: FineTune | undefined
}

/** More ways than that are a slip of the keyboard. */
const MOST_WAYS = 1000

/** Every way of training that a grid asks for. @throws `usage` */
export function waysOf({ backbones, sizes, recipes, fineTune }: SweepGrid): Way[] {
  const given = {
    backbone: distinct('backbone', backbones) ?? [USUAL_BACKBONE],
    size: distinct('size', sizes) ?? [undefined],
    recipe: distinct('recipe', recipes) ?? ['auto'],
    fineTune: distinct('fine-tune', fineTune) ?? [undefined],
  }
  for (const backbone of given.backbone) checkBackboneName(backbone)
  for (const recipe of given.recipe) recipeNamed(recipe)
  for (const when of given.fineTune)
    if (when !== undefined && !fineTunes.includes(when))
      throw argumentError('fineTune', fineTunes.join(' or '), when)
  const isOne = [given.size, given.recipe, given.fineTune].every(({ length }) => length === 1)
  const ways = given.backbone.flatMap(backbone =>
    given.size.flatMap(size =>
      given.recipe.flatMap(recipe =>
        given.fineTune.map(when => {
          const parts = [
            ...(given.backbone.length > 1 || isOne ? [backbone] : []),
            ...(given.size.length > 1 ? [`${size} px`] : []),
            ...(given.recipe.length > 1 ? [recipe] : []),
            ...(given.fineTune.length > 1 ? [`fine-tune ${when}`] : []),
          ]
          return { name: parts.join(', '), backbone, size, recipe, fineTune: when }
        }),
      ),
    ),
  )
  if (ways.length > MOST_WAYS)
    throw new ChiquitoError(
      'usage',
      `So many backbones, sizes and recipes make ${plural(ways.length, 'way')} of training; at most ${MOST_WAYS} are tried at once.`,
    )
  return ways
}

/** @throws `usage` where one stands there twice */
function distinct<T>(name: string, values: readonly T[] | undefined): readonly T[] | undefined {
  const twice = values?.find((value, i) => values.indexOf(value) !== i)
  if (twice !== undefined)
    throw new ChiquitoError('usage', `--${name} ${twice} is given twice: give it once.`)
  return values?.length === 0 ? undefined : values
}

/** What each backbone's weights are called by, by the name it was asked for; each is opened, so that no worker finds out first. */
export async function backboneIds(
  ways: readonly Way[],
  work: WorkOptions,
): Promise<ReadonlyMap<string, Backbone['id']>> {
  const ids = new Map<string, string>()
  for (const { backbone } of ways)
    if (!ids.has(backbone)) ids.set(backbone, (await loadBackbone(backbone, work)).id)
  return ids
}
