import path from 'node:path'
import { type Backbone, type FeatureSpec, featureWidth } from '../../backbones/index.js'
import { ahead, ChiquitoError, plural, throwIfAborted, type WorkOptions } from '../../core/index.js'
import type { Photo } from '../../dataset/index.js'
import type { DeviceOptions } from '../../engine/index.js'
import { PhotoReader, type ViewRule, viewVersion } from '../../images/index.js'
import { type FeatureStore, featureKey } from '../../run/index.js'
import type { FeatureHelp } from './help.js'
import { isPhotosFault, lostMeanwhile } from './lost-photo.js'
import { openTrunk, type Trunk, trunkBatch } from './trunk.js'
import type { View } from './view.js'

/** A photo that could not be read, and why. */
export interface Unreadable {
  readonly path: string
  readonly reason: string
  /** It could be read, but was no longer what it was when the data set was read. */
  readonly changed?: boolean | undefined
}

/** The trunk's features of some photos. */
export interface Features {
  /** The photos that could be read, in the order asked for. */
  readonly photos: readonly Photo[]
  /** Values per view. */
  readonly width: number
  /** For each view, rows [photos, width]. */
  readonly views: readonly Float32Array[]
  readonly unreadable: readonly Unreadable[]
}

export interface ExtractorOptions extends DeviceOptions {
  readonly backbone: Backbone
  readonly spec: FeatureSpec
  readonly rule: ViewRule
  /** The folder that photo paths start from. */
  readonly root: string
  /** Where features are kept between runs; without it they are computed afresh. */
  readonly store?: FeatureStore | undefined
  /** Others that compute what is not in the store, where there is one. */
  readonly help?: FeatureHelp | undefined
  /** Reads the photos, and stays open; one of its own by default. */
  readonly reader?: PhotoReader | undefined
}

export interface ExtractOptions extends WorkOptions {
  /** What progress calls the work. */
  readonly task: string
  /** The views of a photo; the same number for each photo. One plain view by default. */
  readonly views?: ((photo: Photo) => readonly View[]) | undefined
  /** The photos were all read before: one that cannot be read any more ends the work. */
  readonly known?: boolean | undefined
}

/** Photos read and decoded ahead of the trunk. */
const photosAhead = 12

/**
 * Runs a frozen trunk over photos: each photo is decoded once for all its views, and a view already in the store is
 * not computed again. Every run of the trunk has the same batch size (the last one is filled up with zeros), so
 * features depend on the photo, the view and the network alone.
 */
export class FeatureExtractor {
  readonly width: number
  private trunk: Promise<Trunk> | undefined
  private reader: PhotoReader | undefined

  constructor(private readonly options: ExtractorOptions) {
    this.width = featureWidth(options.backbone, options.spec, options.rule.size)
  }

  /** What the store keeps features under: everything they depend on except the photo and the view. */
  static namespace({ backbone, spec, rule, device = 'cpu' }: ExtractorOptions): string {
    return featureKey(backbone.id, JSON.stringify(spec), JSON.stringify(rule), device, viewVersion)
  }

  async extract(photos: readonly Photo[], options: ExtractOptions): Promise<Features> {
    const { task, progress, signal, known = false, views = () => [null] } = options
    const count = photos.length === 0 ? 0 : views(photos[0]).length
    const rows = Array.from({ length: count }, () => new Float32Array(photos.length * this.width))
    const readable: Photo[] = []
    const unreadable: Unreadable[] = []
    const aside = await this.helped(photos, views, { task, progress, signal })
    const batch = new Batches(this.options.rule.size, () => this.open())
    progress?.({ kind: 'start', task, total: photos.length })
    const jobs = ahead(photos, photosAhead, photo => this.prepare(photo, views(photo), aside.get(photo.path)))
    let done = 0
    let recalled = 0
    // A photo whose views wait for their batch is in hand still.
    const tell = () => {
      const inHand = Math.ceil(batch.count / count)
      progress?.({ kind: 'advance', task, done: done - inHand, total: photos.length, recalled })
    }
    for await (const { photo, parts, error } of jobs) {
      throwIfAborted(signal)
      if (error) unreadable.push(leftOut(photo, error, known))
      else {
        const row = readable.push(photo) - 1
        if (parts.every(part => part.vector)) recalled++
        for (const [v, part] of parts.entries()) {
          const target = rows[v].subarray(row * this.width, (row + 1) * this.width)
          if (part.vector) target.set(part.vector)
          else await batch.add(part.pixels, vector => this.keep(part.key, vector, target))
        }
      }
      done++
      tell()
    }
    await batch.flush()
    if (done > 0) tell()
    this.sayChanged(unreadable)
    progress?.({ kind: 'end', task, note: plural(readable.length, 'photo') })
    const used = readable.length * this.width
    return { photos: readable, width: this.width, views: rows.map(row => row.subarray(0, used)), unreadable }
  }

  /** Frees the network; it is opened again where it is needed. */
  async rest(): Promise<void> {
    const { trunk } = this
    this.trunk = undefined
    await (await trunk?.catch(() => undefined))?.close()
  }

  /** Frees the network. The extractor can still be used; it then opens the network again. */
  async close(): Promise<void> {
    const { reader } = this
    this.reader = undefined
    await Promise.all([this.rest(), reader?.close()])
  }

  /** Has others compute what is not known; gives, by path, why photos are set aside. */
  private async helped(
    photos: readonly Photo[],
    views: (photo: Photo) => readonly View[],
    work: WorkOptions & { readonly task: string },
  ): Promise<ReadonlyMap<string, string>> {
    const { help, store, backbone, spec, rule, root } = this.options
    if (!help || !store) return new Map()
    const missing = photos.flatMap(photo => {
      const unknown = views(photo).filter(view => !store.get(keyOf(photo, view)))
      return unknown.length === 0 ? [] : [{ photo, views: unknown }]
    })
    if (missing.length === 0) return new Map()
    const keep = (photo: Photo, view: View, vector: Float32Array) => store.put(keyOf(photo, view), vector)
    const aside = await help({ backbone, spec, rule, root, missing, keep }, work)
    return new Map(aside.map(({ path, reason }) => [path, reason]))
  }

  /** For each view of a photo its stored features, or the pixels to compute them from. */
  private async prepare(photo: Photo, views: readonly View[], aside?: string): Promise<Prepared> {
    const { store, rule, root } = this.options
    if (aside !== undefined) return { photo, parts: [], error: new ChiquitoError('image', aside) }
    const keys = views.map(view => keyOf(photo, view))
    const vectors = await Promise.all(keys.map(key => store?.get(key)))
    try {
      const missing = views.filter((_, v) => !vectors[v])
      const pixels =
        missing.length === 0
          ? []
          : await this.photoReader().views(path.join(root, photo.path), {
              name: photo.path,
              sha256: photo.sha256,
              rule,
              draws: missing,
            })
      let next = 0
      const parts = keys.map((key, v): Part => {
        const vector = vectors[v]
        return vector ? { key, vector } : { key, pixels: pixels[next++] }
      })
      return { photo, parts }
    } catch (error) {
      if (!isPhotosFault(error)) throw error
      return { photo, parts: [], error }
    }
  }

  private sayChanged(unreadable: readonly Unreadable[]): void {
    const [first, ...others] = unreadable.filter(({ changed }) => changed)
    if (first === undefined) return
    const what =
      others.length === 0
        ? `"${first.path}" was`
        : `${others.length + 1} photos, for example "${first.path}", were`
    this.options.notice?.(`${what} changed or replaced while the photos were read: left out.`)
  }

  private photoReader(): PhotoReader {
    if (this.options.reader) return this.options.reader
    this.reader ??= new PhotoReader()
    return this.reader
  }

  private keep(key: string, vector: Float32Array, target: Float32Array): void {
    target.set(vector)
    this.options.store?.put(key, vector)
  }

  private open(): Promise<Trunk> {
    const { backbone, spec, rule, device, threads, notice } = this.options
    this.trunk ??= openTrunk(backbone, spec, rule.size, { device, threads, notice })
    return this.trunk
  }
}

/** What a view of a photo is kept under. */
function keyOf(photo: Photo, view: View): string {
  return featureKey(photo.sha256, JSON.stringify(view))
}

interface Prepared {
  readonly photo: Photo
  readonly parts: readonly Part[]
  readonly error?: ChiquitoError
}

type Part =
  | { readonly key: string; readonly vector: Float32Array }
  | { readonly key: string; readonly vector?: undefined; readonly pixels: Uint8Array }

/** A run of the trunk that was begun, and who waits for what. */
interface Begun {
  readonly vectors: Promise<Float32Array>
  readonly uses: readonly ((vector: Float32Array) => void)[]
}

/** Collects views until there are enough for a run, and hands each its own features, in the order that they came. */
class Batches {
  private readonly bytes: number
  private pixels: Uint8Array
  private waiting: ((vector: Float32Array) => void)[] = []
  private readonly begun: Begun[] = []

  constructor(
    side: number,
    private readonly open: () => Promise<Trunk>,
  ) {
    this.bytes = side * side * 3
    this.pixels = new Uint8Array(trunkBatch * this.bytes)
  }

  /** Views whose features are not there yet. */
  get count(): number {
    return this.begun.reduce((sum, { uses }) => sum + uses.length, this.waiting.length)
  }

  async add(view: Uint8Array, use: (vector: Float32Array) => void): Promise<void> {
    this.pixels.set(view, this.waiting.length * this.bytes)
    this.waiting.push(use)
    if (this.waiting.length === trunkBatch) await this.begin()
  }

  async flush(): Promise<void> {
    if (this.waiting.length > 0) await this.begin()
    while (this.begun.length > 0) await this.settle()
  }

  private async begin(): Promise<void> {
    const { pixels, waiting: uses } = this
    this.pixels = new Uint8Array(trunkBatch * this.bytes)
    this.waiting = []
    const trunk = await this.open()
    const vectors = trunk.run(pixels)
    // Thrown where it is waited for; nobody waits once the work was stopped.
    vectors.catch(() => undefined)
    this.begun.push({ vectors, uses })
    while (this.begun.length >= trunk.atOnce) await this.settle()
  }

  private async settle(): Promise<void> {
    const first = this.begun.shift()
    if (!first) return
    const vectors = await first.vectors
    const width = vectors.length / trunkBatch
    for (const [i, use] of first.uses.entries()) use(vectors.slice(i * width, (i + 1) * width))
  }
}

/** A photo to go on without; where it was read before, others have been learnt from it, and the work ends. */
function leftOut(photo: Photo, error: ChiquitoError, known: boolean): Unreadable {
  if (known) throw lostMeanwhile(error)
  const reason = error.message.replace(`${photo.path}: `, '')
  return error.code === 'data' ? { path: photo.path, reason, changed: true } : { path: photo.path, reason }
}
