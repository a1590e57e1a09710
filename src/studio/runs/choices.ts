import { listBackbones } from '../../actions/backbones.js'
import { usualSeconds } from '../../actions/train-budget.js'
import { USUAL_BACKBONE } from '../../actions/usual-backbone.js'
import { listPhotos } from '../../dataset/index.js'
import type { TrainingChoices } from '../api/runs.js'
import { listRuns } from './list-runs.js'
import type { Places } from './places.js'

export async function trainingChoices(places: Places): Promise<TrainingChoices> {
  const photos = await countPhotos(places.photos)
  const slowness = await slownessOf(places)
  const seconds = (fineTune: 'never' | 'auto' | 'always') => {
    const { least, most } = usualSeconds(photos, fineTune)
    return { least: least * (slowness ?? 1), most: most * (slowness ?? 1) }
  }
  const listed = await listBackbones()
  return {
    photos,
    seconds: { never: seconds('never'), auto: seconds('auto'), always: seconds('always') },
    isMeasured: slowness !== undefined,
    backbones: listed
      .filter(({ state }) => state === 'ready' || state === 'to-fetch')
      .map(({ name, parameters, inputSize, licence, state, hub }) => ({
        ...{ name, parameters, inputSize, licence },
        download: state === 'ready' ? 0 : (hub?.bytes ?? null),
      })),
  }
}

async function countPhotos(folder: string): Promise<number> {
  return listPhotos(folder).then(
    ({ files }) => files.length,
    () => 0,
  )
}

/** How much slower than usual this machine was with runs of the usual network; undefined where there is none. */
async function slownessOf(places: Places): Promise<number | undefined> {
  const { runs } = await listRuns(places)
  const ratios = runs.flatMap(({ figures, fineTune, recipe, size, backbone }) => {
    if (!figures || recipe !== 'auto' || size !== null || backbone !== USUAL_BACKBONE) return []
    const { train, valid, test } = figures.photos
    const { least, most } = usualSeconds(train + valid + test, fineTune ?? 'auto')
    // What was found on the way is not told: it lay between the two.
    if (figures.seconds < least) return [figures.seconds / least]
    return [figures.seconds > most ? figures.seconds / most : 1]
  })
  return ratios.length === 0 ? undefined : ratios.sort((a, b) => a - b)[ratios.length >> 1]
}
