import path from 'node:path'
import { throwIfAborted } from '../../core/index.js'
import { type FactsHelp, factsBy, type UnknownPhoto } from '../../doctor/index.js'
import { getResult, type Job } from '../../jobs/index.js'
import type { OpenEngine } from '../open-engine.js'
import { type Content, putContents } from './contents.js'
import { type AskedFacts, factsIn, type PlaceOfFacts } from './facts.js'
import { tellFailures } from './tell-failures.js'

/** Photos a job measures: about a second of work. */
const PHOTOS_A_JOB = 128

/** Has photos measured as jobs. What a job failed at is left for whoever asked. */
export function factsHelp({ engine, store }: OpenEngine, root: string): FactsHelp {
  return async function* (photos, { progress, signal }) {
    const task = 'photos measured by others'
    const shards = Array.from({ length: Math.ceil(photos.length / PHOTOS_A_JOB) }, (_, i) =>
      photos.slice(i * PHOTOS_A_JOB, (i + 1) * PHOTOS_A_JOB),
    )
    let shard = 0
    let done = 0
    const tell = tellFailures(progress)
    progress?.({ kind: 'start', task, total: photos.length })
    async function* jobs() {
      for (const some of shards) {
        await putContents(store, filesOf(some, root))
        yield jobOf(some, root)
      }
    }
    for await (const { key, failure } of engine.run(jobs(), { signal })) {
      throwIfAborted(signal)
      tell(failure)
      const result = failure ? undefined : await getResult(store, key)
      for (const [sha256, text] of result ? factsIn(result) : []) yield { sha256, text }
      done += shards[shard++].length
      progress?.({ kind: 'advance', task, done, total: photos.length })
    }
    progress?.({ kind: 'end', task })
  }
}

function filesOf(photos: readonly UnknownPhoto[], root: string): Content[] {
  return photos.map(({ sha256, path: name }) => ({ sha256, path: path.join(root, name) }))
}

function jobOf(photos: readonly UnknownPhoto[], root: string): Job {
  const asked: AskedFacts = { by: factsBy, photos: photos.map(({ sha256 }) => sha256) }
  const place: PlaceOfFacts = { root, paths: photos.map(photo => photo.path) }
  return { kind: 'facts', asked, place }
}
