import { ChiquitoError, type WorkOptions } from '../../core/index.js'
import { type Dataset, openDataset, type Photo, type Split } from '../../dataset/index.js'
import type { ViewRule } from '../../images/index.js'

export interface ImageDataOptions extends WorkOptions {
  /** Side of what the network sees, in pixels; the backbone's own size by default. */
  readonly size?: number | undefined
  /** How a photo becomes a square; `crop` by default, as in fastai 0.7. */
  readonly resize?: ViewRule['resize'] | undefined
  /** Photos a training step; 8 by default. */
  readonly batchSize?: number | undefined
  /** Everything random starts from it; 0 by default. */
  readonly seed?: number | undefined
  /** Part of each class that is measured on where no folder divides the photos; 0.2 by default. */
  readonly validFraction?: number | undefined
  /** Also follow links that lead out of the folder; only for data that you trust. */
  readonly followLinks?: boolean | undefined
  /**
   * Where classes come from: `auto` (the default), `folders`, `names` (what file names begin with: `cat.0.jpg`) or
   * `column:NAME` of a table in the data set.
   */
  readonly labelsFrom?: string | undefined
}

/** Photos to learn from and to measure on, and how they are to be looked at. */
export class ImageData {
  private constructor(
    readonly dataset: Dataset,
    readonly size: number | undefined,
    readonly resize: ViewRule['resize'],
    readonly batchSize: number,
    readonly seed: number,
  ) {}

  /**
   * Photos in class folders: directly in `root`, or under `train/` and `valid/`.
   * Throws `data` where the folders are no data set, `io` where they cannot be read.
   */
  static async fromFolder(root: string, options: ImageDataOptions = {}): Promise<ImageData> {
    const { size, resize = 'crop', batchSize = 8, seed = 0, ...rest } = options
    return ImageData.of(await openDataset(root, { seed, ...rest }), { size, resize, batchSize, seed })
  }

  /** Photos of a data set that is open already. */
  static of(
    dataset: Dataset,
    { size, resize = 'crop', batchSize = 8, seed = 0 }: Omit<ImageDataOptions, keyof WorkOptions> = {},
  ): ImageData {
    if (!Number.isInteger(batchSize) || batchSize < 2 || batchSize > 1024)
      throw new ChiquitoError(
        'usage',
        `batchSize must be a whole number from 2 (batch norm needs two photos) to 1024, but is ${batchSize}.`,
      )
    return new ImageData(dataset, size, resize, batchSize, seed)
  }

  get labels(): readonly string[] {
    return this.dataset.labels
  }

  /** The photos of one part. */
  photos(split: Split): Photo[] {
    return this.dataset.photos.filter(photo => photo.split === split)
  }
}
