/** Folders of a workspace, as the work on it needs to know them: absolute paths. */
export interface Places {
  /** The folder that the studio was opened in. */
  readonly dir: string
  readonly photos: string
  readonly runs: string
  readonly apps: string
  /** What the studio itself keeps. */
  readonly home: string
}
