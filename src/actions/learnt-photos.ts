import path from 'node:path'
import { z } from 'zod'
import { ChiquitoError, type WorkOptions } from '../core/index.js'
import { fingerprintOf } from '../dataset/index.js'
import { type ModelMetadata, RunFolder } from '../run/index.js'

/** Of the metrics of a run: the photos that it could not read. */
const unreadableThen = z.object({ unreadable: z.array(z.object({ path: z.string() })) })

/**
 * The photos that a model learnt from, as its run recorded them: to each SHA-256 a path. Undefined where no run beside the
 * model tells.
 *
 * @param model - the file
 */
export async function photosLearntFrom(
  model: string,
  metadata: ModelMetadata,
  progress: WorkOptions['progress'],
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const folder = await RunFolder.open(path.dirname(model)).catch(() => undefined)
    const division = await folder?.readDivision()
    if (folder === undefined || division === undefined) return undefined
    const { data } = unreadableThen.safeParse(await folder.readMetrics())
    const lost = new Set(data?.unreadable.map(photo => photo.path))
    const { photos, labels } = division.recorded
    const seen = photos.filter(photo => !lost.has(photo.path))
    const numbered = seen.map(photo => ({ ...photo, label: labels.indexOf(photo.label) }))
    // A model may have been put beside another run's record.
    if (fingerprintOf(numbered, labels) !== metadata.data.fingerprint) return undefined
    const learnt = seen.filter(({ split }) => split === 'train')
    return new Map(learnt.map(({ sha256, path: file }) => [sha256, file]))
  } catch (error) {
    if (!(error instanceof ChiquitoError)) throw error
    const message = `Whether photos here were learnt from cannot be told: ${error.message}`
    progress?.({ kind: 'notice', message })
    return undefined
  }
}
