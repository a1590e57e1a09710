import { setMaxListeners } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { ChiquitoError, type WorkOptions } from '../core/index.js'
import { Album, type MetadataRow, type Naming, Recollection } from './album/index.js'
import { Asker, type Secrets } from './asking/index.js'
import { Downloader, type RefusalReason } from './downloader/index.js'
import {
  type Chooser,
  Gatherer,
  type PreviewedPhoto,
  preview,
  type SourceFailure,
  type SourceTally,
  type Subject,
  Tally,
} from './gather/index.js'
import type { NamedSource } from './named-sources.js'
import type { Page, Query, Source } from './sources/index.js'

export interface CollectPhotosOptions extends WorkOptions {
  readonly out: string
  readonly subjects: readonly Subject[]
  readonly sources: readonly NamedSource[]
  /** Photos for each class. */
  readonly limit: number
  /** Names photos in another way than by number. */
  readonly naming?: Naming | undefined
  /** Keeps only photos that it wants, such as those about which a model is unsure. */
  readonly chooser?: Chooser | undefined
  /** Go on with a folder in which all that was asked for was done, or something else was asked for. */
  readonly add?: boolean | undefined
  readonly userAgent?: string | undefined
  /** Keys in use, kept out of everything that is said. */
  readonly secrets?: Secrets | undefined
  readonly allowedHosts?: ReadonlySet<string> | undefined
  /** Longest silence of a server, in milliseconds. */
  readonly idleMs?: number | undefined
}

export interface Collected {
  /** Absolute. */
  readonly folder: string
  /** Photos that this request brought, those before a stop too, by class folder (empty: the collection's own). */
  readonly classes: readonly { readonly folder: string; readonly photos: number }[]
  /** What became of photos in this process. */
  readonly sources: readonly SourceTally[]
  readonly refused: readonly { readonly reason: RefusalReason; readonly count: number }[]
  /** Sources that failed; then the request is not done, and the same command tries them again. */
  readonly failures: readonly SourceFailure[]
  /** What is known of each photo in the folder that was collected by keywords, from lists or folders. */
  readonly rows: readonly MetadataRow[]
  /** Licences of all photos in the folder of which any is known, those that `collect lfw` brought too. */
  readonly licences: readonly (string | null)[]
}

/**
 * Collects photos into a folder: goes on where it was stopped, whatever stopped it.
 *
 * @throws `usage` for a folder that holds another collection; `io`; `data`; `interrupted`
 */
export async function collectPhotos(options: CollectPhotosOptions): Promise<Collected> {
  const { subjects, sources, limit, chooser, progress } = options
  const album = await Album.open(options.out, options.naming, options)
  try {
    begin(album, options)
    const tally = new Tally()
    const failures = await atWork(options, async ({ asker, downloader, signal, stop }) => {
      const ask = pagesOf(asker)
      const gatherer = new Gatherer(album, downloader, tally, {
        subjects,
        sources,
        limit,
        chooser,
        allowedHosts: options.allowedHosts,
        progress,
        signal,
        ask,
      })
      try {
        await gatherer.run()
      } finally {
        stop()
        await gatherer.settled()
      }
      if (gatherer.failures.length === 0 || gatherer.isFull) album.finish()
      return gatherer.failures
    })
    if (!album.isEmpty) await album.attribute()
    return {
      folder: album.folder,
      classes: [...album.collectedByFolder()].map(([folder, photos]) => ({ folder, photos })),
      sources: [...tally.sources.values()],
      refused: [...tally.reasons].map(([reason, count]) => ({ reason, count })),
      failures,
      rows: album.rows(),
      licences: [...(await album.others()), ...album.rows()].map(({ license }) => license),
    }
  } catch (error) {
    throw existsSync(album.folder) ? error : removed(album.folder, error)
  } finally {
    await album.close()
  }
}

function removed(folder: string, cause: unknown): ChiquitoError {
  return new ChiquitoError(
    'io',
    `"${folder}" was removed or renamed while photos were collected into it. Those that are still wanted have to be ` +
      'collected again; where it was renamed, give its new name as --out.',
    { cause },
  )
}

/**
 * What `collectPhotos` would fetch. Nothing is written, and no photo is asked for.
 *
 * @throws `usage` for a folder that holds another collection; what sources throw; `interrupted`
 */
export async function previewPhotos(options: CollectPhotosOptions): Promise<PreviewedPhoto[]> {
  const { subjects, sources, limit, allowedHosts, progress } = options
  const memory = await Recollection.of(options.out)
  begin(memory, options)
  return atWork(options, ({ asker, signal }) =>
    preview(memory, { subjects, sources, limit, allowedHosts, progress, signal, ask: pagesOf(asker) }),
  )
}

interface Tools {
  readonly asker: Asker
  readonly downloader: Downloader
  readonly signal: AbortSignal
  /** Stops whatever is still on its way. */
  readonly stop: () => void
}

/** Does work with the network, and closes it. */
async function atWork<T>(options: CollectPhotosOptions, work: (tools: Tools) => Promise<T>): Promise<T> {
  const { userAgent, allowedHosts, idleMs, secrets, progress } = options
  const own = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, own.signal]) : own.signal
  // Every photo on its way listens to it; Node would warn of a leak.
  setMaxListeners(0, signal)
  const asker = await Asker.open({ userAgent, secrets, allowedHosts, idleMs, signal, progress })
  const downloader = await Downloader.open({ userAgent, allowedHosts, idleMs, signal, progress })
  try {
    return await work({ asker, downloader, signal, stop: () => own.abort() })
  } finally {
    own.abort()
    await Promise.all([asker.close(), downloader.close()])
  }
}

function pagesOf(asker: Asker) {
  return (source: Source, query: Query, cursor: string | undefined): Promise<Page> =>
    asker.page(source, query, cursor)
}

/** Begins a request, or goes on with the one that was begun. */
function begin(album: Recollection, { out, subjects, sources, chooser, add }: CollectPhotosOptions): void {
  const asked = sources.map(({ given }) => given)
  // However many are wanted, it is the same request.
  const looked = subjects.map(({ folder, query, id }) => ({ folder, query, id }))
  const request = JSON.stringify({ subjects: looked, sources: asked, chooser: chooser?.id })
  const last = album.request
  const isSame = last?.text === request
  if (isSame && !last.isDone) return
  if (last === undefined || add || (!isSame && album.isEmpty)) album.begin(request)
  else if (!isSame)
    throw new ChiquitoError(
      'usage',
      `"${resolve(out)}" holds another collection${last.isDone ? '' : ', which is not finished'}. Give --add to ` +
        'go on with it, or another folder.',
    )
}
