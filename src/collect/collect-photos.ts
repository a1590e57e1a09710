import { resolve } from 'node:path'
import { ChiquitoError, type WorkOptions } from '../core/index.js'
import { Album } from './album/index.js'
import { Asker, type Secrets } from './asking/index.js'
import { Downloader, type RefusalReason } from './downloader/index.js'
import { type Chooser, Gatherer, type SourceTally, type Subject, Tally } from './gather/index.js'
import type { Source } from './sources/index.js'

export interface CollectPhotosOptions extends WorkOptions {
  readonly out: string
  readonly subjects: readonly Subject[]
  readonly sources: readonly Source[]
  /** Photos for each class. */
  readonly limit: number
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
  /** Photos that came, by class folder. */
  readonly collected: readonly { readonly folder: string; readonly photos: number }[]
  readonly sources: readonly SourceTally[]
  readonly refused: readonly { readonly reason: RefusalReason; readonly count: number }[]
}

/**
 * Collects photos into a folder: goes on where it was stopped, whatever stopped it.
 *
 * @throws `usage` for a folder that holds another collection; `io`, `data`; `interrupted`
 */
export async function collectPhotos(options: CollectPhotosOptions): Promise<Collected> {
  const { subjects, sources, limit, chooser, userAgent, allowedHosts, idleMs, progress } = options
  const album = await Album.open(options.out)
  const own = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, own.signal]) : own.signal
  try {
    const request = JSON.stringify({
      subjects,
      sources: sources.map(({ name }) => name),
      limit,
      chooser: chooser?.id,
    })
    begin(album, request, options.add ?? false)
    const asker = await Asker.open({
      userAgent,
      secrets: options.secrets,
      allowedHosts,
      idleMs,
      signal,
      progress,
    })
    const downloader = await Downloader.open({ userAgent, allowedHosts, idleMs, signal })
    const tally = new Tally()
    const gatherer = new Gatherer(album, asker, downloader, tally, {
      subjects,
      sources,
      limit,
      chooser,
      progress,
      signal,
    })
    try {
      await gatherer.run()
      await album.finish()
    } finally {
      own.abort()
      await gatherer.settled()
      await Promise.all([asker.close(), downloader.close()])
    }
    return {
      folder: resolve(options.out),
      collected: subjects.map(({ folder }) => ({ folder, photos: album.collected(folder) })),
      sources: [...tally.sources.values()],
      refused: [...tally.reasons].map(([reason, count]) => ({ reason, count })),
    }
  } finally {
    album.close()
  }
}

/** Begins a request, or goes on with the one that was begun. */
function begin(album: Album, request: string, add: boolean): void {
  const last = album.request
  const isSame = last?.text === request
  if (isSame && !last.isDone) return
  if (last === undefined || add) album.begin(request)
  else if (!isSame)
    throw new ChiquitoError(
      'usage',
      `"${album.folder}" holds another collection${last.isDone ? '' : ', which is not finished'}. Give --add to go on ` +
        'with it, or another folder.',
    )
}
