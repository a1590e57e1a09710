import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  describePhotos,
  type PhotoMemory,
  type PhotosInFolder,
  photoMemory,
} from '../../actions/list-photos.js'
import { photosOrNone } from '../../actions/photos-or-none.js'
import { type ListedPhotos, listPhotos } from '../../dataset/index.js'
import { type ThumbHaste, Thumbs } from '../../doctor/index.js'
import { ProblemError } from '../../serve/index.js'
import type { Changes } from '../changes.js'
import { photoId } from '../photo-id.js'
import { keptWhile, namesIn } from '../watching/index.js'
import { columnsText } from './columns.js'

/** A list is read anew after so long: other programs put photos into folders, too. What a page asks at once shares one. */
const FRESH_MS = 250

/** A kept list that was given out is checked so long afterwards, when the page that asked has its first pictures. */
const CHECK_MS = 1500

/** Small copies that are made before anybody asks: more than a large window shows of them. */
const FIRST_THUMBS = 96
const FIRST_SIDE = 160

/** A photo by its id. */
export interface ShelvedPhoto {
  readonly id: string
  /** Relative to the data set's folder, with `/`; of one that was set aside, where it lies now. */
  readonly path: string
  /** Undefined for one that was set aside. */
  readonly version: string | undefined
}

/** The photos as they were listed last. */
export interface Listing extends PhotosInFolder {
  /** When they were listed, in ms. */
  readonly at: number
  /** Of the photos, in their order. */
  readonly ids: readonly string[]
  readonly byId: ReadonlyMap<string, ShelvedPhoto>
}

/** What a shelf is of. */
export interface ShelfPlace {
  readonly workspace: { readonly photos: string }
  readonly changes: Changes
  /** Fires when the server is to stop. */
  readonly signal: AbortSignal
}

interface Reading {
  readonly list?: (() => Promise<ListedPhotos>) | undefined
  readonly sizes?: 'read' | 'known' | undefined
}

/** All that the studio knows of its photos: the list, their ids, their thumbnails. */
export class Shelf {
  private readonly memory: PhotoMemory = photoMemory()
  private readonly thumbs = new Thumbs()
  private readonly kept: () => Promise<Listing>
  /** What is in the folder, by names and tables alone. @throws `data`, `io` */
  readonly names: () => Promise<ListedPhotos>
  private listing: { readonly at: number; readonly list: Promise<Listing> } | undefined
  private last: Listing | undefined
  private check: NodeJS.Timeout | undefined
  private queue: Promise<unknown> = Promise.resolve()

  constructor(private readonly studio: ShelfPlace) {
    const { changes, signal, workspace } = studio
    this.names = keptWhile(namesIn(studio), () => listPhotos(workspace.photos))
    this.kept = keptWhile(namesIn(studio), () => this.read({ list: this.names }))
    changes.listen(({ event, data }) => {
      if (event === 'change' && data.topic === 'photos') this.listing = undefined
    })
    signal.addEventListener('abort', () => this.close(), { once: true })
  }

  /** The photos as they are now. @throws `data`, `io` */
  list(): Promise<Listing> {
    const known = this.listing
    if (known !== undefined && Date.now() - known.at < FRESH_MS) return known.list
    const list = this.read({})
    this.listing = { at: Date.now(), list }
    list.catch(() => {
      this.listing = undefined
    })
    return list
  }

  /** The same, with the sizes that headers tell, for which each file is opened once. @throws `data`, `io` */
  sized(): Promise<Listing> {
    return this.read({ sizes: 'read' })
  }

  /**
   * The photos as they were listed last, unless somebody said that they changed or the folders show it. What only each file would
   * show (one that was written anew) is looked for a moment later, and told as a change.
   *
   * @throws `data`, `io`
   */
  async glance(): Promise<Listing> {
    const listing = await this.kept()
    if (Date.now() - listing.at > FRESH_MS)
      this.check ??= setTimeout(() => void this.lookCloser(), CHECK_MS).unref()
    return listing
  }

  /** Lists the photos and makes the first thumbnails, so that the first page finds them. What is wrong is told to that page. */
  async prepare(): Promise<void> {
    const listing = await this.glance().catch(() => undefined)
    if (listing === undefined || listing.photos.length === 0) return
    this.thumbs.ready()
    for (const id of listing.ids.slice(0, FIRST_THUMBS))
      void this.thumb(id, FIRST_SIDE, 'ahead').catch(() => undefined)
    columnsText(listing)
  }

  /** The photos of these ids. @throws ProblemError `not-found` */
  async find(ids: readonly string[]): Promise<ShelvedPhoto[]> {
    const { byId } = this.last ?? (await this.list())
    const missing = ids.some(id => !byId.has(id))
    const now = missing ? (await this.list()).byId : byId
    return ids.map(id => {
      const photo = now.get(id)
      if (photo === undefined)
        throw new ProblemError('not-found', 'There is no such photo any more. Load the page again.')
      return photo
    })
  }

  /** Where a photo's file lies: inside the folder, whatever links say. @throws ProblemError `not-found` */
  async fileOf(id: string): Promise<{ readonly photo: ShelvedPhoto; readonly file: string }> {
    const [photo] = await this.find([id])
    const { folder } = this.last ?? (await this.list())
    const file = await realpath(join(folder, photo.path)).catch(() => undefined)
    if (file === undefined || !file.startsWith(folder + sep))
      throw new ProblemError('not-found', 'There is no such photo any more. Load the page again.')
    return { photo, file }
  }

  /** A small copy, as a WebP file. @throws `image` */
  async thumb(id: string, side: number, haste: ThumbHaste = 'now'): Promise<Uint8Array> {
    const { photo, file } = await this.fileOf(id)
    const key = `${photo.version} ${photo.path}`
    const sha256 = photo.version ? this.memory.contents.get(key) : undefined
    const thumb = await this.thumbs.of(file, side, { sha256, version: photo.version, haste }).catch(error => {
      throw this.studio.signal.aborted ? new ProblemError('stopping', 'The server is stopping.') : error
    })
    if (photo.version) this.memory.contents.set(key, thumb.sha256)
    return thumb.file
  }

  /** Does what changes photos, one thing after the other, and tells every page. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const { changes } = this.studio
    const turn = this.queue.then(async () => {
      try {
        return await work()
      } finally {
        changes.tell('photos')
        changes.tell('findings')
      }
    })
    this.queue = turn.catch(() => undefined)
    return turn
  }

  private close(): void {
    clearTimeout(this.check)
    void this.thumbs.close()
  }

  private async read({ list, sizes = 'known' }: Reading): Promise<Listing> {
    const { workspace, signal } = this.studio
    const at = Date.now()
    const { memory: known } = this
    const all = await describePhotos(await photosOrNone(workspace.photos, list), { known, sizes, signal })
    const ids = all.photos.map(({ path }) => photoId(path))
    const here = all.photos.map(({ path, version }, i): [string, ShelvedPhoto] => {
      return [ids[i], { id: ids[i], path, version }]
    })
    const aside = all.rejected.map(({ place }): [string, ShelvedPhoto] => {
      const id = photoId(place)
      return [id, { id, path: place, version: undefined }]
    })
    this.last = { ...all, at, ids, byId: new Map([...here, ...aside]) }
    return this.last
  }

  private async lookCloser(): Promise<void> {
    this.check = undefined
    const [before, now] = await Promise.all([this.kept(), this.read({})]).catch(() => [])
    if (before === undefined || now === undefined || !areSame(before, now)) this.studio.changes.tell('photos')
  }
}

/** Whether pages would show the same. */
function areSame(a: Listing, b: Listing): boolean {
  return (
    a.photos.length === b.photos.length &&
    isDeepStrictEqual([a.labels, a.rejected], [b.labels, b.rejected]) &&
    a.photos.every((photo, i) => {
      const { path, version, label, part, isKept } = b.photos[i]
      return (
        photo.path === path &&
        photo.version === version &&
        photo.label === label &&
        photo.part === part &&
        photo.isKept === isKept
      )
    })
  )
}

const shelves = new WeakMap<Changes, Shelf>()

/** The shelf of a studio: one, whichever routes ask. */
export function shelfOf(studio: ShelfPlace): Shelf {
  const shelf = shelves.get(studio.changes) ?? new Shelf(studio)
  shelves.set(studio.changes, shelf)
  return shelf
}
