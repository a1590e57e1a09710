import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import {
  type PhotoMemory,
  type PhotosInFolder,
  photoMemory,
  photosInFolder,
} from '../../actions/list-photos.js'
import { Thumbs } from '../../doctor/index.js'
import { ProblemError } from '../../serve/index.js'
import type { Changes } from '../changes.js'
import { photoId } from '../photo-id.js'

/** A list is read anew after so long: other programs put photos into folders, too. What a page asks at once shares one. */
const FRESH_MS = 250

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
  readonly byId: ReadonlyMap<string, ShelvedPhoto>
}

/** What a shelf is of. */
export interface ShelfPlace {
  readonly workspace: { readonly photos: string }
  readonly changes: Changes
  /** Fires when the server is to stop. */
  readonly signal: AbortSignal
}

/** All that the studio knows of its photos: the list, their ids, their thumbnails. */
export class Shelf {
  private readonly memory: PhotoMemory = photoMemory()
  private readonly thumbs = new Thumbs()
  private listing: { readonly at: number; readonly list: Promise<Listing> } | undefined
  private last: Listing | undefined
  private queue: Promise<unknown> = Promise.resolve()

  constructor(private readonly studio: ShelfPlace) {
    studio.changes.listen(({ event, data }) => {
      if (event === 'change' && data.topic === 'photos') this.listing = undefined
    })
    studio.signal.addEventListener('abort', () => void this.thumbs.close(), { once: true })
  }

  /** The photos as they are now. @throws `data`, `io` */
  list(): Promise<Listing> {
    const known = this.listing
    if (known !== undefined && Date.now() - known.at < FRESH_MS) return known.list
    const list = this.read()
    this.listing = { at: Date.now(), list }
    list.catch(() => {
      this.listing = undefined
    })
    return list
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
  async thumb(id: string, side: number): Promise<Uint8Array> {
    const { photo, file } = await this.fileOf(id)
    const key = `${photo.version} ${photo.path}`
    const known = photo.version && this.memory.contents.get(key)
    const thumb = await this.thumbs.of(file, side, known).catch(error => {
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

  private async read(): Promise<Listing> {
    const { workspace, signal } = this.studio
    const all = await photosInFolder({ data: workspace.photos, known: this.memory, signal })
    const here = all.photos.map(({ path, version }): [string, ShelvedPhoto] => {
      const id = photoId(path)
      return [id, { id, path, version }]
    })
    const aside = all.rejected.map(({ place }): [string, ShelvedPhoto] => {
      const id = photoId(place)
      return [id, { id, path: place, version: undefined }]
    })
    this.last = { ...all, byId: new Map([...here, ...aside]) }
    return this.last
  }
}

const shelves = new WeakMap<Changes, Shelf>()

/** The shelf of a studio: one, whichever routes ask. */
export function shelfOf(studio: ShelfPlace): Shelf {
  const shelf = shelves.get(studio.changes) ?? new Shelf(studio)
  shelves.set(studio.changes, shelf)
  return shelf
}
