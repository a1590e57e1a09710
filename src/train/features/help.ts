import type { Backbone, FeatureSpec } from '../../backbones/index.js'
import type { WorkOptions } from '../../core/index.js'
import type { Photo } from '../../dataset/index.js'
import type { ViewRule } from '../../images/index.js'
import type { View } from './view.js'

/** A photo, and views of it that are not known yet. */
export interface MissingViews {
  readonly photo: Photo
  readonly views: readonly View[]
}

/** What others must know to compute features. */
export interface HelpWanted {
  readonly backbone: Backbone
  readonly spec: FeatureSpec
  readonly rule: ViewRule
  /** The folder that photo paths start from. */
  readonly root: string
  readonly missing: readonly MissingViews[]
  /** Keeps one that was computed. */
  readonly keep: (photo: Photo, view: View, vector: Float32Array) => void
}

/** A photo that nobody is to look at again. */
export interface PhotoSetAside {
  readonly path: string
  readonly reason: string
}

/**
 * Has features computed by others. What they could not compute, and do not set aside, is tried here.
 *
 * @throws ChiquitoError `io` where they cannot be reached; `interrupted`
 */
export type FeatureHelp = (
  wanted: HelpWanted,
  work: WorkOptions & { readonly task: string },
) => Promise<readonly PhotoSetAside[]>
