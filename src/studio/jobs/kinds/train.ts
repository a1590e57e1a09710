import path from 'node:path'
import { train } from '../../../actions/train.js'
import { ChiquitoError } from '../../../core/index.js'
import { RunFolder } from '../../../run/index.js'
import type { Places } from '../../runs/index.js'
import { judgeRun, readFigures } from '../../runs/index.js'
import type { JobResult, JobWork } from './kind.js'
import type { TrainJobOptions } from './train-options.js'

/** Trains a run of the workspace, and judges its photos one by one, so that each of them can be looked at. */
export async function trainJob(
  { name, resume = false, ...options }: TrainJobOptions,
  places: Places,
  work: JobWork,
): Promise<JobResult> {
  if (name === undefined) throw new ChiquitoError('usage', 'The run has no name.')
  const out = path.join(places.runs, name)
  const found = await RunFolder.open(out).catch(() => undefined)
  const isBegun = (work.isResumed || resume) && found !== undefined
  if (!isBegun || found.record.state !== 'finished')
    await train({ ...options, ...work, data: places.photos, out, resume: isBegun })
  await judgeRun(name, places, work)
  const { accuracy, interval, count } = await readFigures(out)
  return { run: name, accuracy, interval, count }
}
