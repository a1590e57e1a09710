import { ChiquitoError } from '../../core/index.js'
import type { Background, Dataset, LikenessFinder, Photo, Split } from '../../dataset/index.js'
import type { ViewRule } from '../../images/index.js'

/** How photos are to be looked at. */
export interface LearnerDataOptions {
  /** Side of what the network sees, in pixels; the backbone's own size by default. */
  readonly size?: number | undefined
  /** How a photo becomes a square; `crop` by default, as in fastai 0.7. */
  readonly resize?: ViewRule['resize'] | undefined
  /** Photos a training step; 8 by default. */
  readonly batchSize?: number | undefined
  /** Everything random starts from it; 0 by default. */
  readonly seed?: number | undefined
}

/** What goes with the photos of a data set. */
export interface BesidePhotos {
  /** Finds photos that look alike, beside exact copies: none of them makes another one look known to a saved classifier. */
  readonly likeness?: LikenessFinder | undefined
  /** Photos of other things, which a saved classifier is to answer with none of its labels. */
  readonly background?: Background | undefined
}

/** Photos of an open data set, to learn from and to measure on, and how they are to be looked at. */
export class LearnerData {
  readonly size: number | undefined
  readonly resize: ViewRule['resize']
  readonly batchSize: number
  readonly seed: number

  /** @throws `usage` for a batch that no step can take */
  constructor(
    readonly dataset: Dataset,
    { size, resize = 'crop', batchSize = 8, seed = 0 }: LearnerDataOptions = {},
    readonly beside: BesidePhotos = {},
  ) {
    if (!Number.isInteger(batchSize) || batchSize < 2 || batchSize > 1024)
      throw new ChiquitoError(
        'usage',
        `batchSize must be a whole number from 2 (batch norm needs two photos) to 1024, but is ${batchSize}.`,
      )
    this.size = size
    this.resize = resize
    this.batchSize = batchSize
    this.seed = seed
  }

  get labels(): readonly string[] {
    return this.dataset.labels
  }

  /** The photos of one part. */
  photos(split: Split): Photo[] {
    return this.dataset.photos.filter(photo => photo.split === split)
  }
}
