import type { WorkOptions } from '../../core/index.js'
import type { DeviceOptions } from '../../engine/index.js'
import type { CheckedFeatures } from '../check.js'

/**
 * How two photos are copies of each other: byte for byte; the whole picture saved anew, smaller, lighter or marked; the same
 * mirrored (also upside down); turned by 90, 180 or 270 degrees; or the picture of one is a part of the other's (a crop, a
 * caption, a border, a screenshot).
 */
export type CopyKind = 'exact' | 'near' | 'mirrored' | 'turned' | 'part'

/** Two photos that show one picture. */
export interface CopyPair {
  /** Index of the earlier photo. */
  readonly a: number
  /** Index of the later one: `a < b`. */
  readonly b: number
  readonly kind: CopyKind
  /**
   * Of a `part`: which of the two shows less, so that its picture lies in the other's. Undefined for other kinds, and where a bar covers one of
   * them at the edge.
   */
  readonly part?: 'a' | 'b' | undefined
  /** Whether nobody would doubt it: byte for byte equal, or nowhere a difference that saving anew does not explain. */
  readonly certain: boolean
}

export interface FindCopiesOptions extends DeviceOptions, WorkOptions {
  /** Folder that the photos' paths start from; candidates are read again from there. */
  readonly root: string
  /** The backbone's features, which find crops, captions and screenshots that hashes miss. */
  readonly features?: CheckedFeatures | undefined
}
