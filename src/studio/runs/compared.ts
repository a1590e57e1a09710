import path from 'node:path'
import { z } from 'zod'
import type { WorkOptions } from '../../core/index.js'
import { keep, modelMark, readKept } from './kept.js'
import type { Places } from './places.js'

const sideSchema = z.object({
  right: z.number(),
  accuracy: z.number(),
  interval: z.tuple([z.number(), z.number()]),
})

const comparedSchema = z.object({
  models: z.tuple([z.string(), z.string()]),
  first: sideSchema,
  second: sideSchema,
  count: z.number(),
  bothRight: z.number(),
  onlyFirstRight: z.number(),
  onlySecondRight: z.number(),
  pValue: z.number(),
  difference: z.number(),
  interval: z.tuple([z.number(), z.number()]),
  better: z.enum(['first', 'second', 'neither']),
  verdict: z.string(),
  notes: z.array(z.string()),
  differing: z.array(
    z.object({ path: z.string(), truth: z.string(), first: z.string(), second: z.string() }),
  ),
})

/** Two runs on the photos that both kept apart. */
export type Compared = z.infer<typeof comparedSchema>

const fileOf = (a: string, b: string, { home }: Places) => path.join(home, 'compared', a, `${b}.json`)

/** Shows the same photos to two runs' models, and keeps what came of it. @throws as `compare` */
export async function compareRuns(
  a: string,
  b: string,
  places: Places,
  work: WorkOptions,
): Promise<Compared> {
  const kept = await comparedIfThere(a, b, places)
  if (kept !== undefined) return kept
  const models = await marksOf(a, b, places)
  const { compare } = await import('../../actions/compare.js')
  const result = await compare({
    first: path.join(places.runs, a),
    second: path.join(places.runs, b),
    ...work,
  })
  const compared = comparedSchema.parse({ ...result, models })
  await keep(fileOf(a, b, places), compared)
  return compared
}

/** Undefined where they were not compared yet, or one was trained anew since. @throws `io` */
export async function comparedIfThere(a: string, b: string, places: Places): Promise<Compared | undefined> {
  const kept = await readKept(fileOf(a, b, places), comparedSchema)
  const models = await marksOf(a, b, places)
  return kept?.models.every((mark, i) => mark === models[i]) ? kept : undefined
}

async function marksOf(a: string, b: string, { runs }: Places): Promise<[string, string]> {
  const [one = '', other = ''] = await Promise.all([a, b].map(name => modelMark(path.join(runs, name))))
  return [one, other]
}
