import type { Said } from '../core/index.js'

/** Something about the data that a person should know. */
export interface Finding {
  /** Name of the check that found it. */
  readonly check: string
  /** Photos it is about, relative to the folder, with `/`: one, a pair or a group; none where it is about a class or all. */
  readonly photos: readonly string[]
  /** Whether it is beyond doubt, so that `--fix` may act on it; otherwise a person looks first. */
  readonly certain: boolean
  /** One sentence: what, and where it helps how much. */
  readonly message: string
  /** The same as a code; undefined where only English has the sentence. */
  readonly said?: Said | undefined
  /** How much it matters among the findings of its check, larger first; 0 where all are alike. */
  readonly weight: number
  /** True where it is how a large part of the photos is, told once: no fault of each, so what helps a single photo helps none. */
  readonly isStyle?: true | undefined
}
