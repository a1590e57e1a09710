import type { Backbone } from '../../backbones/index.js'
import type { WorkOptions } from '../../core/index.js'
import type { Background, Photo, Split } from '../../dataset/index.js'
import type { DeviceOptions } from '../../engine/index.js'
import type { PhotoReader, ViewRule } from '../../images/index.js'
import type { FeatureStore } from '../../run/index.js'
import {
  FeatureExtractor,
  type Features,
  headSpec,
  partNames,
  requireDifferences,
  requireEveryClass,
  type Unreadable,
  type View,
} from '../features/index.js'
import type { LearnerData } from './learner-data.js'

export interface TrunkFeaturesOptions extends DeviceOptions, WorkOptions {
  readonly data: LearnerData
  readonly rule: ViewRule
  /** For features of the pretrained trunk. */
  readonly store?: FeatureStore | undefined
  readonly reader?: PhotoReader | undefined
}

/** The photos of a part that can be read, and those that cannot. */
export type Part = Pick<Features, 'photos' | 'unreadable'>

/** A trunk, and the features it gives of a data set's photos. */
export class TrunkFeatures {
  private extractor: FeatureExtractor
  private readonly known = new Map<Split, Features>()
  private readonly parts = new Map<Split, Part>()

  constructor(
    private current: Backbone,
    private readonly options: TrunkFeaturesOptions,
  ) {
    this.extractor = this.extractorOf(current, options.store)
  }

  get trunk(): Backbone {
    return this.current
  }

  /** Features of plain views. Throws `data` when a class to learn or measure has no readable photo, or all photos to learn from look the same. */
  async plain(split: Split): Promise<Features> {
    const known = this.known.get(split)
    if (known) return known
    const features = await this.views(split, `${partNames[split]} photos`, () => [null])
    const { labels } = this.options.data
    if (split !== 'test')
      requireEveryClass(labels, this.options.data.photos(split), features.unreadable, split)
    if (split === 'train') requireDifferences(features, this.current.name)
    this.known.set(split, features)
    if (!this.parts.has(split)) this.parts.set(split, features)
    return features
  }

  async views(split: Split, task: string, views: (photo: Photo) => readonly View[]): Promise<Features> {
    const { progress, signal, data } = this.options
    const part = this.parts.get(split)
    const photos = part?.photos ?? data.photos(split)
    return this.extractor.extract(photos, { task, views, known: part !== undefined, progress, signal })
  }

  /** Which photos of a part can be read. */
  async part(split: Split): Promise<Part> {
    return this.parts.get(split) ?? (await this.plain(split))
  }

  /** Photos that could not be read so far. */
  get unreadable(): Unreadable[] {
    return [...this.parts.values()].flatMap(part => part.unreadable)
  }

  /** The same, by part. */
  get unreadableByPart(): Partial<Record<Split, readonly Unreadable[]>> {
    return Object.fromEntries(Array.from(this.parts, ([split, part]) => [split, part.unreadable]))
  }

  /** Takes over which photos could not be read. */
  recall(unreadable: Partial<Record<Split, readonly Unreadable[] | undefined>>): void {
    for (const split of ['train', 'valid', 'test'] as const) {
      const known = unreadable[split]
      if (!known) continue
      const bad = new Set(known.map(({ path }) => path))
      const photos = this.options.data.photos(split).filter(({ path }) => !bad.has(path))
      this.parts.set(split, { photos, unreadable: known })
    }
  }

  /** Plain views of a part as another trunk sees them. */
  async through(trunk: Backbone, split: Split): Promise<Features> {
    const { photos } = await this.part(split)
    const extractor = this.extractorOf(trunk)
    try {
      return await extractor.extract(photos, {
        task: `${partNames[split]} photos`,
        known: true,
        signal: this.options.signal,
      })
    } finally {
      await extractor.close()
    }
  }

  /** Plain views of photos of another folder, each of which may turn out not to be readable. */
  async elsewhere({ root, photos }: Background): Promise<Features> {
    const { progress, signal } = this.options
    const spec = headSpec(this.current)
    const extractor = new FeatureExtractor({
      ...this.options,
      backbone: this.current,
      spec,
      root,
      store: undefined,
    })
    try {
      return await extractor.extract(photos, { task: 'photos of other things', progress, signal })
    } finally {
      await extractor.close()
    }
  }

  /** Goes on with another trunk; what was computed with the old one is forgotten. */
  async replaceTrunk(trunk: Backbone): Promise<void> {
    await this.extractor.close()
    this.known.clear()
    this.current = trunk
    this.extractor = this.extractorOf(trunk)
  }

  /** Frees the network until it is needed again: its threads would get in the way of others. */
  async rest(): Promise<void> {
    await this.extractor.close()
  }

  private extractorOf(backbone: Backbone, store?: FeatureStore): FeatureExtractor {
    const { data } = this.options
    const spec = headSpec(backbone)
    return new FeatureExtractor({ ...this.options, backbone, spec, store, root: data.dataset.root })
  }
}
