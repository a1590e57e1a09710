import type { ClassFolder, OddityCounter, Part } from '../folders/index.js'
import type { Split } from '../photo.js'
import type { LabelsFrom } from './labels-from.js'

/** A file taken for a photo, with its class. */
export interface LabelledFile {
  /** Relative to the root, with `/`. */
  readonly path: string
  readonly split: Split | undefined
  readonly label: string
  /** The class folder that it lies in, relative to the root; undefined where it lies in none. */
  readonly home?: string | undefined
  /** The table that says its class, relative to the root; undefined where none does. */
  readonly table?: string | undefined
}

/** A class of one part: from a folder, or named by a table or file names. */
export interface ClassOfPart {
  readonly split: Split | undefined
  readonly label: string
  /** The folder it comes from; undefined for a class that no folder names. */
  readonly folder: string | undefined
  /** Links in the folder that were not followed. */
  readonly links: number
}

export interface LabelledFiles {
  readonly files: readonly LabelledFile[]
  readonly classes: readonly ClassOfPart[]
  readonly parts: readonly Part[]
  /** What a person may do where photos have no class, a sentence each. */
  readonly hints: readonly string[]
}

/** A file below a part, before its class is settled. */
export interface FoundFile {
  readonly path: string
  readonly part: Part
  /** The class folder it lies in. */
  readonly home: ClassFolder | undefined
}

export interface LabelOptions {
  readonly labelsFrom: LabelsFrom
  readonly oddities: OddityCounter
  readonly notice: (message: string) => void
}
