import { z } from 'zod'
import type { CompareAnswer } from '../api/runs.js'
import { askedQuery, json } from '../http/index.js'
import { comparedIfThere, judgedIfThere, type Places, runNameSchema, Whereabouts } from '../runs/index.js'
import type { Studio, StudioApp } from '../studio.js'
import { knownRun } from './runs.js'

const querySchema = z.object({ a: runNameSchema, b: runNameSchema })

/** Two runs on the same photos. */
export function compareRoutes(app: StudioApp, { workspace }: Studio): void {
  const whereabouts = new Whereabouts(workspace.photos)
  app.get('/api/compare', async c => {
    const { a, b } = askedQuery(c, querySchema)
    for (const id of [a, b]) await knownRun(id, workspace)
    return json(await compareAnswer(a, b, workspace, whereabouts))
  })
}

async function compareAnswer(
  a: string,
  b: string,
  places: Places,
  whereabouts: Whereabouts,
): Promise<CompareAnswer> {
  const found = await comparedIfThere(a, b, places)
  if (found === undefined) return { compared: null }
  const { models: _, differing, ...compared } = found
  const judged = await judgedIfThere(a, places)
  const contents = new Map(judged?.photos.map(({ path, sha256 }) => [path, sha256]))
  const now = await whereabouts.find(
    differing.map(({ path }) => ({ path, sha256: contents.get(path) ?? null })),
  )
  return {
    compared: {
      ...compared,
      differing: differing.map((photo, i) => ({ ...photo, id: now[i]?.id ?? null })),
    },
  }
}
