/** Which part of a data set a photo belongs to: what is learnt from, what is measured on, and what is kept apart. */
export type Split = 'train' | 'valid' | 'test'

/** One photo of a data set. Whether it can be decoded is not known yet. */
export interface Photo {
  /** Relative to the data set's root, with `/`. */
  readonly path: string
  /** Index into the data set's labels. */
  readonly label: number
  readonly split: Split
  /** Size of the file. */
  readonly bytes: number
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string
}
