import { totalmem } from 'node:os'
import path from 'node:path'
import { throwIfAborted } from '../../core/index.js'
import { type AugmentationDraw, PhotoReader, type ViewRule } from '../../images/index.js'
import { isPhotosFault, lostMeanwhile } from '../features/index.js'

export interface BatchLoaderOptions {
  /** The folder that photo paths start from. */
  readonly root: string
  readonly rule: ViewRule
  /** Decodes the photos, and stays open when the loader closes; one of its own by default. */
  readonly reader?: Pick<PhotoReader, 'views'> | undefined
  /** Threads of its own reader; batches do not depend on it. */
  readonly workers?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Where a photo is in the data set, and what it holds (SHA-256, hexadecimal) where that is to be checked. */
export interface PhotoOnDisk {
  readonly path: string
  readonly sha256?: string | undefined
}

/** A photo of the data set, and what to see it through: `null` is the plain view. */
export interface LoadItem<Photo> {
  readonly photo: Photo
  readonly draw: AugmentationDraw | null
}

/** Views of some photos, in memory that nobody else writes to. */
export interface LoadedBatch<Photo> {
  /** Bytes [batch, size, size, 3]; in a last batch that is not full, the rest is zero. */
  readonly pixels: Uint8Array
  readonly photos: readonly Photo[]
  /** Photos in it. */
  readonly count: number
}

export interface EpochOptions {
  /** Leave out photos at the end that do not fill a batch. */
  readonly dropLast?: boolean | undefined
}

/**
 * Batches ready or in work beside the one in use. With one, the step would wait for every photo that takes longer than
 * its batch's share; more than two were never used up before the step was over.
 */
export const BATCHES_AHEAD = 2

/** Upper limit for views ahead, where batches are huge: one batch is loaded ahead whatever it takes. */
const MAX_AHEAD_BYTES = 256 * 1024 * 1024

/**
 * Memory for photos kept decoded, as every epoch asks for them again: the zooms that are drawn most of some 700 photos
 * at 224 pixels. A small machine gives a sixteenth of what it has.
 */
export const KEPT_BYTES = Math.min(256 * 1024 * 1024, Math.floor(totalmem() / 16))

/**
 * Loads batches on other threads while the one before is learnt from. What a batch holds and in which order they come
 * depends on what was asked for alone.
 */
export class BatchLoader {
  private readonly reader: Pick<PhotoReader, 'views'>
  private readonly own: PhotoReader | undefined

  constructor(private readonly options: BatchLoaderOptions) {
    const { reader, workers } = options
    this.own = reader ? undefined : new PhotoReader({ workers, keepBytes: KEPT_BYTES })
    this.reader = reader ?? this.own ?? new PhotoReader()
  }

  /**
   * One epoch's batches. The first ones are loaded from now on, the others as batches are taken.
   * Throws `image`, naming the photo that could not be read, or `data`, one that is not what it was, when its batch is
   * due; `interrupted`.
   */
  epoch<Photo extends PhotoOnDisk>(
    items: readonly LoadItem<Photo>[],
    batchSize: number,
    { dropLast = false }: EpochOptions = {},
  ): AsyncGenerator<LoadedBatch<Photo>> {
    const used = dropLast ? items.length - (items.length % batchSize) : items.length
    const queue = new Queue(items.slice(0, used), batchSize, this.photosAhead(batchSize), item =>
      this.view(item),
    )
    queue.fill()
    return this.batches(queue)
  }

  /** Ends the threads; what is not loaded yet is given up. */
  async close(): Promise<void> {
    await this.own?.close()
  }

  private async *batches<Photo extends PhotoOnDisk>(
    queue: Queue<LoadItem<Photo>>,
  ): AsyncGenerator<LoadedBatch<Photo>> {
    const { size, batchSize } = { ...this.options.rule, batchSize: queue.batchSize }
    const bytes = size * size * 3
    for (;;) {
      throwIfAborted(this.options.signal)
      const started = queue.take()
      if (started.length === 0) return
      const pixels = new Uint8Array(batchSize * bytes)
      for (const [i, { view }] of started.entries()) {
        pixels.set(await view, i * bytes)
        throwIfAborted(this.options.signal)
      }
      // The next photos start before this batch is used, not after.
      queue.fill()
      yield { pixels, photos: started.map(({ item }) => item.photo), count: started.length }
    }
  }

  private photosAhead(batchSize: number): number {
    const view = this.options.rule.size ** 2 * 3
    const affordable = Math.floor(MAX_AHEAD_BYTES / (view * batchSize))
    return batchSize * Math.max(1, Math.min(BATCHES_AHEAD, affordable))
  }

  private async view<Photo extends PhotoOnDisk>({ photo, draw }: LoadItem<Photo>): Promise<Uint8Array> {
    const { root, rule } = this.options
    try {
      const file = path.join(root, photo.path)
      const [view] = await this.reader.views(file, {
        name: photo.path,
        sha256: photo.sha256,
        rule,
        draws: [draw],
        keep: true,
      })
      return view
    } catch (error) {
      throw isPhotosFault(error) ? lostMeanwhile(error) : error
    }
  }
}

interface Started<Item> {
  readonly item: Item
  readonly view: Promise<Uint8Array>
}

/** Views in work, in order, never more than a batch and those ahead of it. */
class Queue<Item> {
  private readonly started: Started<Item>[] = []
  private next = 0

  constructor(
    private readonly items: readonly Item[],
    readonly batchSize: number,
    private readonly ahead: number,
    private readonly view: (item: Item) => Promise<Uint8Array>,
  ) {}

  /** Starts as many as may be ahead. */
  fill(): void {
    this.startUpTo(this.ahead)
  }

  /** The next batch; those after it are started, too. */
  take(): Started<Item>[] {
    this.startUpTo(this.batchSize + this.ahead)
    return this.started.splice(0, this.batchSize)
  }

  private startUpTo(count: number): void {
    while (this.started.length < count && this.next < this.items.length) {
      const item = this.items[this.next++]
      const view = this.view(item)
      // Thrown where it is waited for; until then it must not count as unhandled.
      view.catch(() => undefined)
      this.started.push({ item, view })
    }
  }
}
