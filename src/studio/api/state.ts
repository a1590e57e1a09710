/** `GET /api/state`: where the work stands. */
export interface StateAnswer {
  readonly version: string
  readonly workspace: {
    readonly name: string
    readonly dir: string
    readonly photos: string
    readonly isInPlace: boolean
  }
  /** By name; a class folder without photos is one, too. */
  readonly classes: readonly { readonly label: string; readonly photos: number }[]
  readonly photos: number
  /** Photos that were set aside. */
  readonly rejected: number
  /** Why the folders are no data set yet, as a sentence; null where they are, or where they are empty. */
  readonly problem: string | null
  readonly jobs: { readonly running: number; readonly waiting: number }
  /** The id of the run that ended last; null where there is none. */
  readonly newestRun: string | null
  /** What would be taken back, or done again; null where there is nothing. */
  readonly undo: { readonly name: string; readonly changes: number } | null
  readonly redo: { readonly name: string; readonly changes: number } | null
}
