import path from 'node:path'
import type { PreprocessingOptions } from '../../backbones/index.js'
import { throwIfAborted } from '../../core/index.js'
import { viewVersion } from '../../images/index.js'
import { type BlobStore, getResult, type Job, type JobEngine } from '../../jobs/index.js'
import type { FeatureHelp, HelpWanted, MissingViews, PhotoSetAside } from '../../train/index.js'
import { putContents } from './contents.js'
import type { AskedFeatures, PlaceOfFeatures } from './features.js'
import { unpackRows } from './rows.js'
import { tellFailures } from './tell-failures.js'

/** Photos a job looks at: about a second of work, so that little is lost with a worker, and little time goes into handing out. */
const PHOTOS_A_JOB = 32

export interface HelpingHands {
  readonly engine: JobEngine
  readonly store: BlobStore
  /** The network, as it was asked for. */
  readonly backbone: string
  readonly preprocessing?: PreprocessingOptions | undefined
}

/** Has features computed as jobs. What a job failed at is left for whoever asked. */
export function featureHelp({ engine, store, backbone, preprocessing }: HelpingHands): FeatureHelp {
  return async (wanted, { task, progress, signal }) => {
    const shards = shardsOf(wanted.missing)
    const total = wanted.missing.length
    const network = { backbone, preprocessing: plain(preprocessing) }
    async function* jobs() {
      for (const shard of shards) {
        await putContents(
          store,
          shard.map(({ photo: { sha256, path: name } }) => ({ sha256, path: path.join(wanted.root, name) })),
        )
        yield jobOf(shard, wanted, network)
      }
    }
    const aside: PhotoSetAside[] = []
    let shard = 0
    let done = 0
    const tell = tellFailures(progress)
    progress?.({ kind: 'start', task, total })
    for await (const { key, failure } of engine.run(jobs(), { progress, signal })) {
      throwIfAborted(signal)
      tell(failure)
      const result = failure ? undefined : await getResult(store, key)
      if (result) aside.push(...taken(result, shards[shard], wanted))
      done += shards[shard++].length
      progress?.({ kind: 'advance', task, done, total })
    }
    progress?.({ kind: 'end', task })
    return aside
  }
}

/** Photos with equally many views, so many at a time; of equal contents one is enough. */
function shardsOf(missing: readonly MissingViews[]): MissingViews[][] {
  const different = new Map(missing.map(one => [`${one.photo.sha256} ${JSON.stringify(one.views)}`, one]))
  const byViews = new Map<number, MissingViews[]>()
  for (const one of different.values())
    byViews.set(one.views.length, [...(byViews.get(one.views.length) ?? []), one])
  return [...byViews.values()].flatMap(some =>
    Array.from({ length: Math.ceil(some.length / PHOTOS_A_JOB) }, (_, i) =>
      some.slice(i * PHOTOS_A_JOB, (i + 1) * PHOTOS_A_JOB),
    ),
  )
}

function jobOf(
  shard: readonly MissingViews[],
  { backbone, spec, rule, root }: HelpWanted,
  network: Pick<PlaceOfFeatures, 'backbone' | 'preprocessing'>,
): Job {
  const asked: AskedFeatures = {
    backbone: backbone.id,
    spec: { layers: spec.layers.map(({ name, pools }) => ({ name, pools: [...pools] })) },
    rule: { ...rule },
    viewVersion,
    photos: shard.map(({ photo: { sha256 }, views }) => ({
      sha256,
      views: views.map(view => view && { ...view }),
    })),
  }
  const place: PlaceOfFeatures = { ...network, root, paths: shard.map(({ photo }) => photo.path) }
  return { kind: 'features', asked, place }
}

/** Keeps the rows of a shard; gives those set aside, with their copies. */
function taken(
  bytes: Uint8Array,
  shard: readonly MissingViews[],
  { keep, missing }: HelpWanted,
): PhotoSetAside[] {
  const { width, photos, aside, values } = unpackRows(bytes)
  let at = 0
  for (const place of photos)
    for (const view of shard[place].views) {
      keep(shard[place].photo, view, values.slice(at, at + width))
      at += width
    }
  return aside.flatMap(({ photo, reason }) => {
    const { sha256 } = shard[photo].photo
    const same = missing.filter(other => other.photo.sha256 === sha256)
    return same.map(({ photo: { path } }) => ({ path, reason }))
  })
}

/** As it goes into a job. */
function plain(given: PreprocessingOptions | undefined): PlaceOfFeatures['preprocessing'] {
  const list = (value: number | readonly number[] | undefined) =>
    typeof value === 'object' ? [...value] : value
  return given && { ...given, mean: list(given.mean), std: list(given.std) }
}
