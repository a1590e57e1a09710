import type { PreprocessingOptions } from '../backbones/index.js'
import type { WorkOptions } from '../core/index.js'
import type { DeviceOptions } from '../engine/index.js'
import type { FeatureHelp, FineTune } from '../train/index.js'

export interface TrainOptions extends DeviceOptions, WorkOptions {
  /** Folder of the photos. */
  readonly data: string
  /** Folder for the run. */
  readonly out: string
  /** `auto` by default. */
  readonly recipe?: string | undefined
  /** Name or weights file; the embedded one by default. */
  readonly backbone?: string | undefined
  /**
   * How photos are prepared for the network of an `.onnx` file; what is absent is found in or beside the file
   * (docs/networks.md), or assumed.
   */
  readonly preprocessing?: PreprocessingOptions | undefined
  /** 0 by default. */
  readonly seed?: number | undefined
  /** Side of what the network sees, in pixels. */
  readonly size?: number | undefined
  /**
   * `auto`, the default: recipe `auto` fine-tunes the last layers where cross-validation finds that it pays, `fastai-2018`
   * all layers, as the article did. `always`: all layers. `never`: the head alone learns.
   */
  readonly fineTune?: FineTune | undefined
  /** Epochs of `auto`'s fine-tuning; as many as the number of photos asks for by default. */
  readonly epochs?: number | undefined
  /**
   * The share of photos of the classes that the model is to answer, 0.5 to 0.999; the rest, and what is like none of them, is
   * "neither". 0.95 by default.
   */
  readonly coverage?: number | undefined
  /**
   * Folder of photos of other things, flat or nested: no class of its own, but what the model is to answer with "neither". A part of them is
   * kept to measure on.
   */
  readonly background?: string | undefined
  /** Part of each class that is measured on where no folder divides the photos. */
  readonly validFraction?: number | undefined
  /** A table that says which photos are learnt from and which are measured on, as `chiquito split` writes it. */
  readonly manifest?: string | undefined
  /** Also follow links that lead out of the folder; only for data that you trust. */
  readonly followLinks?: boolean | undefined
  /**
   * Where classes come from: `auto` (the default), `folders`, `names` (what file names begin with: `cat.0.jpg`) or
   * `column:NAME` of a table in the data set.
   */
  readonly labelsFrom?: string | undefined
  /**
   * Seconds that all may take, from the call on: the best that fits is made. What cannot be left out is done even where it takes
   * longer, and a notice says so. Recipe `auto` alone, and not with `fineTune: 'always'`. What fits depends on the machine: only without a
   * budget does the same seed give the same model. With `resume` the run's own budget counts anew, or another that is given.
   */
  readonly budget?: number | undefined
  /** Go on with the run in `out` that was cut off: with its settings, on the photos it began with. */
  readonly resume?: boolean | undefined
  /** Seconds between two checkpoints within an epoch; 0 keeps every step. 30 by default. */
  readonly checkpointSeconds?: number | undefined
  /** Replace a finished run. */
  readonly overwrite?: boolean | undefined
  /** Keep features on disk between runs; on by default. */
  readonly cache?: boolean | undefined
  /** Redis or Valkey whose workers do what can be done in pieces: features of photos, and whole folds of a cross-validation. */
  readonly queue?: string | undefined
  /** Where that work and its results lie, as this machine and all workers see it: a folder, or another store's address. */
  readonly store?: string | undefined
  /** The command line, for the report. */
  readonly command?: string | undefined
}

/** One training, as those that train several ask for it. */
export interface RunOptions extends TrainOptions {
  /** It is trained for its figures alone: nothing is written that could be used meanwhile. */
  readonly isForFigures?: boolean | undefined
  /** The seconds that a person gave for several trainings; `budget` is this one's part of them. */
  readonly sharedBudget?: number | undefined
  /** Opens those that work along, where options name some. */
  readonly helpers?: ((options: TrainOptions, work: WorkOptions) => Promise<Helpers | undefined>) | undefined
}

/** Others that work along. */
export interface Helpers {
  readonly help: FeatureHelp
  close(): Promise<void>
}
