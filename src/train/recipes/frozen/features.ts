import type { FeatureSpec } from '../../../backbones/index.js'
import type { WorkOptions } from '../../../core/index.js'
import type { Photo, Split } from '../../../dataset/index.js'
import { type PhotoReader, PLAIN, type ViewRule } from '../../../images/index.js'
import type { FeatureStore } from '../../../run/index.js'
import {
  type ExtractOptions,
  FeatureExtractor,
  type Features,
  partNames,
  requireEveryClass,
  type Unreadable,
  type View,
} from '../../features/index.js'
import type { RecipeOptions } from '../recipe.js'

type Resize = ViewRule['resize']

const looks = { crop: 'centre squares', squash: 'whole photos', pad: 'padded photos' } as const

/** What progress calls looking at a part. */
export function partTask(resize: Resize, split: Split): string {
  return `${partNames[split]} photos (${looks[resize]})`
}

/** A photo seen in a mirror. */
const mirrored: View = { ...PLAIN, flip: true }

/** The features of a data set's photos under several ways to resize them, each computed once. */
export class AutoFeatures {
  private readonly extractors = new Map<
    Resize,
    { extractor: FeatureExtractor; store?: FeatureStore | undefined }
  >()
  private readonly plain = new Map<string, Features>()
  private isMirrored = true

  constructor(
    private readonly options: RecipeOptions & { readonly reader?: PhotoReader | undefined },
    private readonly spec: FeatureSpec,
    /** The photos of a part that can be read, and those that cannot, once it has been looked at. */
    private readonly parts = new Map<Split, Pick<Features, 'photos' | 'unreadable'>>(),
    /** What progress calls a task. */
    private readonly called = (task: string): string => task,
  ) {}

  /** What another trunk sees of the photos that these could read. */
  through(
    options: RecipeOptions & { readonly reader?: PhotoReader | undefined },
    called: (task: string) => string,
  ): AutoFeatures {
    return new AutoFeatures(options, this.spec, this.parts, called)
  }

  /** Training photos are learnt from as they are alone, to save time. */
  leaveMirrored(): void {
    this.isMirrored = false
  }

  /**
   * Some photos, with all views that are learnt from, to see how long that takes: what it took once the first were done, as these get the
   * network ready. Undefined where some were known.
   *
   * @param now - in seconds
   */
  async tryOut(
    resize: Resize,
    photos: readonly Photo[],
    now: () => number,
  ): Promise<{ readonly photos: number; readonly seconds: number } | undefined> {
    const { signal } = this.options
    let first: { readonly done: number; readonly at: number } | undefined
    let isKnown = false
    await this.extractorFor(resize).extract(photos, {
      ...{ task: 'trying out', signal, views: () => [null, mirrored] },
      progress: event => {
        if (event.kind !== 'advance' || event.done === 0) return
        first ??= { done: event.done, at: now() }
        if (event.recalled) isKnown = true
      },
    })
    return first && !isKnown ? { photos: photos.length - first.done, seconds: now() - first.at } : undefined
  }

  /** The plain views of a part, and of training photos the mirrored ones, too. Throws `data` when a class of it has no readable photo. */
  async of(resize: Resize, split: Split): Promise<Features> {
    const key = `${resize} ${split}`
    const known = this.plain.get(key)
    if (known) return known
    const part = this.parts.get(split)
    const photos = part?.photos ?? this.options.dataset.photos.filter(photo => photo.split === split)
    const views = split === 'train' && this.isMirrored ? () => [null, mirrored] : undefined
    const task = this.called(partTask(resize, split))
    const features = await this.see(resize, photos, { task, views, known: part !== undefined })
    if (split !== 'test') requireEveryClass(this.options.dataset.labels, photos, features.unreadable, split)
    this.plain.set(key, features)
    if (!part) this.parts.set(split, features)
    return features
  }

  /** Other views of photos that are known to be readable. */
  async extract(
    resize: Resize,
    photos: readonly Photo[],
    task: string,
    views?: (photo: Photo) => readonly View[],
  ): Promise<Features> {
    return this.see(resize, photos, { task: this.called(task), views, known: true })
  }

  /** Plain views of photos of another folder, each of which may turn out not to be readable. */
  async elsewhere(resize: Resize, root: string, photos: readonly Photo[], task: string): Promise<Features> {
    const { progress, signal } = this.options
    const { extractor, store } = this.open(resize, root)
    try {
      return await extractor.extract(photos, { task, progress, signal })
    } finally {
      await extractor.close()
      store?.close()
    }
  }

  private see(
    resize: Resize,
    photos: readonly Photo[],
    options: Omit<ExtractOptions, keyof WorkOptions>,
  ): Promise<Features> {
    const { progress, signal } = this.options
    return this.extractorFor(resize).extract(photos, { ...options, progress, signal })
  }

  /** Every photo that could not be read. */
  unreadable(): Unreadable[] {
    return [...this.parts.values()].flatMap(part => part.unreadable)
  }

  /** Frees the networks until they are needed again: their threads would get in the way of others. Where no other is to come, they stay. */
  async rest(): Promise<void> {
    if (this.options.fineTune !== 'never') await this.free()
  }

  private async free(): Promise<void> {
    for (const { extractor } of this.extractors.values()) await extractor.close()
  }

  async close(): Promise<void> {
    await this.free()
    for (const { store } of this.extractors.values()) store?.close()
  }

  private extractorFor(resize: Resize): FeatureExtractor {
    const known = this.extractors.get(resize)
    if (known) return known.extractor
    const opened = this.open(resize, this.options.dataset.root)
    this.extractors.set(resize, opened)
    return opened.extractor
  }

  private open(
    resize: Resize,
    root: string,
  ): { extractor: FeatureExtractor; store?: FeatureStore | undefined } {
    const { backbone, size = backbone.inputSize } = this.options
    const rule = { size, resize }
    const options = { ...this.options, backbone, spec: this.spec, rule, root }
    const store = this.options.store?.(FeatureExtractor.namespace({ ...options, store: undefined }))
    return { extractor: new FeatureExtractor({ ...options, store }), store }
  }
}

/** The first columns of features [rows, width]: those of a spec that is the beginning of the one extracted. */
export function firstColumns(rows: Float32Array, width: number, kept: number): Float32Array {
  if (kept === width) return rows
  const count = rows.length / width
  const out = new Float32Array(count * kept)
  for (let i = 0; i < count; i++) out.set(rows.subarray(i * width, i * width + kept), i * kept)
  return out
}
