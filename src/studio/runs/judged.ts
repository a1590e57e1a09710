import path from 'node:path'
import { z } from 'zod'
import type { EvaluateResult } from '../../actions/evaluate.js'
import type { WorkOptions } from '../../core/index.js'
import { RunFolder } from '../../run/index.js'
import { keep, modelMark, readKept } from './kept.js'
import type { Places } from './places.js'

const judgedPhotoSchema = z.object({
  /** As it was called when it was judged. */
  path: z.string(),
  /** What it held; null where the run does not say. */
  sha256: z.string().nullable(),
  part: z.enum(['train', 'valid', 'test']),
  truth: z.string(),
  label: z.string(),
  probabilities: z.array(z.number()),
  known: z.number().nullable(),
  abstained: z.boolean(),
})

const judgedSchema = z.object({
  model: z.string(),
  labels: z.array(z.string()),
  /** The least `known` that is answered; null where the model answers always. */
  threshold: z.number().nullable(),
  photos: z.array(judgedPhotoSchema),
  unreadable: z.array(z.object({ path: z.string(), reason: z.string() })),
})

export type JudgedPhoto = z.infer<typeof judgedPhotoSchema>

/** What a run's model says of the photos that it was measured on, one by one. */
export type Judged = z.infer<typeof judgedSchema>

const fileOf = (name: string, { home }: Places) => path.join(home, 'judged', `${name}.json`)

/** Shows a run's own photos to its model, and keeps what it says. @throws as `evaluate` */
export async function judgeRun(name: string, places: Places, work: WorkOptions): Promise<Judged> {
  const kept = await judgedIfThere(name, places)
  if (kept !== undefined) return kept
  const run = path.join(places.runs, name)
  const model = (await modelMark(run)) ?? ''
  const { evaluate } = await import('../../actions/evaluate.js')
  const result = await evaluate({ run, ...work })
  const judged = { model, ...judgedOf(result, await contentsIn(run)) }
  await keep(fileOf(name, places), judged)
  return judged
}

/** Undefined where the photos were not judged yet, or by another model. @throws `io` */
export async function judgedIfThere(name: string, places: Places): Promise<Judged | undefined> {
  const kept = await readKept(fileOf(name, places), judgedSchema)
  return kept !== undefined && kept.model === (await modelMark(path.join(places.runs, name)))
    ? kept
    : undefined
}

/** SHA-256 of the run's photos, by path. */
async function contentsIn(run: string): Promise<ReadonlyMap<string, string>> {
  const division = await (await RunFolder.open(run)).readDivision()
  return new Map(division?.recorded.photos.map(photo => [photo.path, photo.sha256]))
}

function judgedOf(result: EvaluateResult, contents: ReadonlyMap<string, string>): Omit<Judged, 'model'> {
  const parts = [result, ...(result.test ? [result.test] : [])]
  return {
    labels: [...result.labels],
    threshold: result.abstention?.threshold ?? null,
    photos: parts.flatMap(({ split: part, predictions }) =>
      predictions.map(({ probabilities, ...photo }) => ({
        ...photo,
        probabilities: [...probabilities],
        sha256: contents.get(photo.path) ?? null,
        part,
      })),
    ),
    unreadable: parts.flatMap(({ unreadable }) => [...unreadable]),
  }
}
