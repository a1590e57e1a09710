import type { WorkOptions } from '../core/index.js'
import { type Dataset, openDataset } from '../dataset/index.js'
import { findLikeness, measureLikeness } from '../splitting/index.js'
import { LearnerData, type LearnerDataOptions } from '../train/index.js'
import { openOthers } from './train-background.js'

export interface ImageDataOptions extends LearnerDataOptions, WorkOptions {
  /** Part of each class that is measured on where no folder divides the photos; 0.2 by default. */
  readonly validFraction?: number | undefined
  /** Also follow links that lead out of the folder; only for data that you trust. */
  readonly followLinks?: boolean | undefined
  /**
   * Where classes come from: `auto` (the default), `folders`, `names` (what file names begin with: `cat.0.jpg`) or
   * `column:NAME` of a table in the data set.
   */
  readonly labelsFrom?: string | undefined
  /**
   * Folder of photos of other things, flat or nested: no class of its own, but what a saved classifier is to answer with none of its
   * labels.
   */
  readonly background?: string | undefined
  /** False: nothing that was measured of photos is taken from the cache, nor kept there. */
  readonly cache?: boolean | undefined
}

/** Photos to learn from and to measure on, and how they are to be looked at. */
export class ImageData extends LearnerData {
  /**
   * Photos in class folders: directly in `root`, or under `train/` and `valid/`. Where no folder divides them, the draw is that
   * of `train` with the same seed, photo by photo: what belongs together (copies, near ones too, pages, people, videos, bursts)
   * stays on one side.
   * Throws `data` where the folders are no data set, or the photos of other things cannot be used, `io` where they cannot be read.
   */
  static async fromFolder(root: string, options: ImageDataOptions = {}): Promise<ImageData> {
    const { seed = 0, validFraction, followLinks, labelsFrom, cache, background, progress, signal } = options
    const likeness = cache === false ? measureLikeness : findLikeness
    const opening = { seed, validFraction, followLinks, labelsFrom, likeness, progress, signal }
    const dataset = await openDataset(root, opening)
    const others = { background, seed, validFraction, followLinks, cache, progress, signal }
    return new ImageData(dataset, options, { likeness, background: await openOthers(others, dataset) })
  }

  /** Photos of a data set that is open already. */
  static of(dataset: Dataset, options: LearnerDataOptions = {}): ImageData {
    return new ImageData(dataset, options)
  }
}
