import path from 'node:path'
import { z } from 'zod'
import { commandName, messageOf, shellPath } from '../../core/index.js'
import { isRunBusy, RunFolder, type RunRecord } from '../../run/index.js'
import type { RunFigures, RunSummary, RunsAnswer } from '../api/runs.js'
import { figuresIfThere } from './figures.js'
import { modelMark } from './kept.js'
import type { Places } from './places.js'
import { runNames } from './run-names.js'

const settingsSchema = z.object({
  fineTune: z.enum(['auto', 'always', 'never']).optional().catch(undefined),
  size: z.number().optional().catch(undefined),
})

/** A run, and all its figures. */
export interface RunDetails extends RunSummary {
  readonly whole: RunFigures | null
}

export async function listRuns(places: Places): Promise<RunsAnswer> {
  const runs: RunSummary[] = []
  const damaged: RunsAnswer['damaged'][number][] = []
  for (const id of await runNames(places))
    try {
      const { whole: _, ...summary } = await readRun(id, places)
      runs.push(summary)
    } catch (error) {
      damaged.push({ id, problem: messageOf(error) })
    }
  return { runs: runs.sort((a, b) => (a.started < b.started ? 1 : -1)), damaged }
}

/** @throws `usage` where there is no run of that name; `data`, `io` */
export async function readRun(id: string, { runs, photos }: Places): Promise<RunDetails> {
  const folder = path.join(runs, id)
  const { record } = await RunFolder.open(folder)
  const whole = (await figuresIfThere(folder)) ?? null
  return {
    ...summaryOf(id, record, whole),
    hasModel: (await modelMark(folder)) !== undefined,
    goOn: goOnOf(folder, record, photos),
    whole,
  }
}

function goOnOf(folder: string, { state, dataset: { root } }: RunRecord, photos: string): RunSummary['goOn'] {
  if (state === 'finished') return null
  return {
    isBusy: isRunBusy(folder),
    isHere: `${root}${path.sep}`.startsWith(`${photos}${path.sep}`),
    command: `${commandName()} train ${shellPath(root)} --out ${shellPath(folder)} --resume`,
  }
}

function summaryOf(
  id: string,
  record: RunRecord,
  whole: RunFigures | null,
): Omit<RunSummary, 'hasModel' | 'goOn'> {
  const { state, started, ended = null, recipe, backbone, dataset, configuration } = record
  const { fineTune, size = null } = settingsSchema.parse(configuration)
  return {
    ...{ id, state, started, ended, recipe, backbone: backbone.name, labels: dataset.labels },
    fineTune: fineTune ?? null,
    size,
    figures: whole && {
      accuracy: whole.accuracy,
      interval: whole.interval,
      count: whole.count,
      right: whole.right,
      photos: whole.photos,
      seconds: whole.seconds,
    },
  }
}
