import path from 'node:path'
import { ChiquitoError, said } from '../../../core/index.js'
import { type Places, readRun, runNameFor } from '../../runs/index.js'
import { kind } from './kind.js'
import { type TrainJobOptions, trainOptionsSchema } from './train-options.js'

/** A free name for what is begun; a run that can be gone on with from here, where one was begun elsewhere. */
async function complete(
  given: TrainJobOptions,
  places: Places,
  asked: readonly TrainJobOptions[],
): Promise<TrainJobOptions> {
  const { resume, name, ...others } = given
  const promised = asked.flatMap(one => one.name ?? [])
  if (resume !== true) return { ...given, name: await runNameFor(name, places, promised) }
  if (name === undefined || Object.keys(others).length > 0)
    throw new ChiquitoError('usage', 'A run is gone on with by its name and its own settings, no others.')
  const { goOn } = await readRun(name, places)
  if (goOn === null)
    throw new ChiquitoError('usage', `The run "${name}" is finished.`, { said: said('run-finished', name) })
  if (goOn.isBusy)
    throw new ChiquitoError('usage', `Another program is at work on the run "${name}".`, {
      said: said('run-busy', name),
    })
  if (!goOn.isHere)
    throw new ChiquitoError(
      'usage',
      `The run "${name}" learns from other photos than those here. Go on with it in a terminal: ${goOn.command}`,
      { said: said('run-elsewhere', name, goOn.command) },
    )
  return given
}

export const trainKind = kind({
  isHeavy: true,
  changes: ['runs', 'photos'],
  options: trainOptionsSchema,
  complete,
  title: ({ name = '' }) => name,
  load: async () => (await import('./train.js')).trainJob,
  discard: async ({ name = '' }, places) => {
    const { discardRun } = await import('../../../actions/discard-run.js')
    // It may have ended before it began a run.
    const { goOn } = await readRun(name, places).catch(() => ({ goOn: null }))
    if (goOn !== null) await discardRun(path.join(places.runs, name))
  },
})
