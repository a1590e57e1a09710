import { join } from 'node:path'
import { discardRun } from '../../actions/discard-run.js'
import { ProblemError, safeHeaders } from '../../serve/index.js'
import type { LiveAnswer, RunAnswer, RunPhotosAnswer } from '../api/runs.js'
import { json } from '../http/index.js'
import {
  heatOf,
  judgedIfThere,
  listRuns,
  liveFigures,
  type Places,
  readRun,
  runNameSchema,
  runNames,
  trainingChoices,
  Whereabouts,
} from '../runs/index.js'
import type { Studio, StudioApp } from '../studio.js'

/** Runs: what there is, what each came to, and its photos one by one. */
export function runsRoutes(app: StudioApp, { workspace, changes, signal }: Studio): void {
  const whereabouts = new Whereabouts(workspace.photos)
  app.get('/api/training', async () => json(await trainingChoices(workspace)))
  app.get('/api/runs', async () => json(await listRuns(workspace)))
  app.get('/api/runs/:id', async c => {
    const id = await knownRun(c.req.param('id'), workspace)
    return json(await runAnswer(id, workspace))
  })
  app.post('/api/runs/:id/discard', async c => {
    const id = await knownRun(c.req.param('id'), workspace)
    await discardRun(join(workspace.runs, id))
    changes.tell('runs')
    return json({ id })
  })
  app.get('/api/runs/:id/live', async c => {
    const id = c.req.param('id')
    if (!runNameSchema.safeParse(id).success) throw noRun()
    return json({ live: await liveFigures(id, workspace) } satisfies LiveAnswer)
  })
  app.get('/api/runs/:id/photos', async c => {
    const id = await knownRun(c.req.param('id'), workspace)
    return json(await photosAnswer(id, workspace, whereabouts))
  })
  app.get('/api/runs/:id/photos/:photo/heat', async c => {
    const run = await knownRun(c.req.param('id'), workspace)
    const id = c.req.param('photo')
    const file = await whereabouts.fileOf(id)
    if (file === undefined)
      throw new ProblemError('not-found', 'That photo is no longer among the photos. Load the page again.')
    const png = await heatOf(run, { id, file }, workspace, { signal })
    return new Response(Buffer.from(png), {
      headers: { ...safeHeaders, 'content-type': 'image/png', 'cache-control': 'no-store' },
    })
  })
}

/** @throws ProblemError `not-found` */
export async function knownRun(id: string, places: Places): Promise<string> {
  if ((await runNames(places)).includes(id)) return id
  throw noRun()
}

function noRun(): ProblemError {
  return new ProblemError('not-found', 'There is no such run. Load the page again.')
}

async function runAnswer(id: string, places: Places): Promise<RunAnswer> {
  const [run, judged] = await Promise.all([readRun(id, places), judgedIfThere(id, places)])
  return { ...run, isJudged: judged !== undefined }
}

async function photosAnswer(id: string, places: Places, whereabouts: Whereabouts): Promise<RunPhotosAnswer> {
  const judged = await judgedIfThere(id, places)
  if (judged === undefined) return { judged: null }
  const { photos, model: _, ...more } = judged
  const now = await whereabouts.find(photos)
  return {
    judged: {
      ...more,
      photos: photos.map(({ sha256: _, ...photo }, i) => ({
        ...photo,
        id: now[i]?.id ?? null,
        now: now[i]?.label ?? null,
      })),
    },
  }
}
