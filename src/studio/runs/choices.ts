import { listBackbones } from '../../actions/backbones.js'
import { usualArticleSeconds, usualSeconds } from '../../actions/train-budget.js'
import { USUAL_BACKBONE } from '../../actions/usual-backbone.js'
import { DEFAULT_VALID_FRACTION, listPhotos } from '../../dataset/index.js'
import type { RoughSeconds, RunSummary, TrainingChoices } from '../api/runs.js'
import { listRuns } from './list-runs.js'
import type { Places } from './places.js'

export async function trainingChoices(places: Places): Promise<TrainingChoices> {
  const { all, ...parts } = await countPhotos(places.photos)
  const slowness = await slownessOf(places)
  const here = ({ least, most }: RoughSeconds) => ({
    least: least * (slowness ?? 1),
    most: most * (slowness ?? 1),
  })
  const seconds = (fineTune: 'never' | 'auto' | 'always') => here(usualSeconds(all, fineTune))
  const article = usualArticleSeconds(parts)
  const listed = await listBackbones()
  return {
    photos: all,
    seconds: {
      never: seconds('never'),
      auto: seconds('auto'),
      always: seconds('always'),
      article: here({ least: article, most: article }),
    },
    isMeasured: slowness !== undefined,
    backbones: listed
      .filter(({ state }) => state === 'ready' || state === 'to-fetch')
      .map(({ name, parameters, inputSize, licence, state, hub }) => ({
        ...{ name, parameters, inputSize, licence },
        download: state === 'ready' ? 0 : (hub?.bytes ?? null),
      })),
  }
}

/** All photos; and those to learn from and to measure on, as they are divided or would be. */
async function countPhotos(folder: string): Promise<{ all: number; train: number; valid: number }> {
  const files = await listPhotos(folder).then(
    listed => listed.files,
    () => [],
  )
  const all = files.length
  const count = (part: string) => files.filter(({ split }) => split === part).length
  const [train, valid] = [count('train'), count('valid')]
  if (train > 0 && valid > 0) return { all, train, valid }
  const drawn = Math.round(DEFAULT_VALID_FRACTION * all)
  return { all, train: all - drawn, valid: drawn }
}

/** How much slower than usual this machine was with runs of the usual network; undefined where there is none. */
async function slownessOf(places: Places): Promise<number | undefined> {
  const { runs } = await listRuns(places)
  const ratios = runs.flatMap(run => {
    const [seconds, usual] = [run.figures?.seconds, usualOf(run)]
    if (seconds === undefined || usual === undefined) return []
    // What was found on the way is not told: it lay between the two.
    if (seconds < usual.least) return [seconds / usual.least]
    return [seconds > usual.most ? seconds / usual.most : 1]
  })
  return ratios.length === 0 ? undefined : ratios.sort((a, b) => a - b)[ratios.length >> 1]
}

/** What a run like this usually takes; undefined where nobody knows, or it has no figures. */
function usualOf({ figures, fineTune, recipe, size, backbone }: RunSummary): RoughSeconds | undefined {
  if (!figures || size !== null || backbone !== USUAL_BACKBONE) return undefined
  const { train, valid, test } = figures.photos
  if (recipe === 'auto') return usualSeconds(train + valid + test, fineTune ?? 'auto')
  if (recipe !== 'fastai-2018' || fineTune === 'never') return undefined
  const seconds = usualArticleSeconds({ train, valid })
  return { least: seconds, most: seconds }
}
