/** One column; every value as text. */
export interface Column {
  readonly name: string
  /** A row each; undefined where there is none. */
  readonly values: readonly (string | undefined)[]
  /** Whether values are lists or objects, which cannot be a label; they are given as undefined. */
  readonly isNested: boolean
  /** Names of the classes that numbers stand for, where the file says them. */
  readonly classNames?: readonly string[] | undefined
}

/** A table that may give photos their labels. */
export interface Table {
  /** Relative to the data set's root, with `/`. */
  readonly path: string
  readonly columns: readonly Column[]
  /** For messages: `train/metadata.jsonl line 3`. */
  readonly where: (row: number) => string
  /** The same file read as having no line of column names; undefined where it cannot be. */
  readonly withoutHeader?: (() => Table) | undefined
}
