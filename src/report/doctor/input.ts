import type { Check, Finding, Shortcut, ShortcutWords } from '../../doctor/index.js'

/** Everything the doctor's page shows. Plain data; pictures are given apart, those that `picturesWanted` names. */
export interface DoctorPageInput {
  /** When the photos were looked at, ISO 8601. */
  readonly made?: string | undefined
  /** The folder, as the person named it. */
  readonly root: string
  readonly photos: number
  readonly classes: readonly CheckedClass[]
  /** The checks that ran, what matters most first. */
  readonly checks: readonly CheckWords[]
  readonly findings: readonly Finding[]
  /** How well properties other than the subject tell the classes apart, and what stands in words, the worst first. */
  readonly shortcuts: readonly Shortcut[]
  readonly shortcutWords: readonly ShortcutWords[]
  /** What a person must know of the whole: checks that did not run, and why. */
  readonly notes: readonly string[]
}

/** What a check says of itself. */
export type CheckWords = Pick<Check, 'name' | 'title' | 'finds' | 'why' | 'advice' | 'threshold'>

export interface CheckedClass {
  readonly label: string
  readonly photos: number
  /** Paths of photos in the middle of the class, the most typical first; none where features were not looked at. */
  readonly typical: readonly string[]
  /** Paths of photos unlike it, the oddest first. */
  readonly odd: readonly string[]
}
