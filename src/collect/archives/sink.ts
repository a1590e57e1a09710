/** Where the bytes of one file of an archive go. */
export interface Sink {
  write(chunk: Uint8Array): void
  /** All of it has come, and it is what the archive says. */
  end(): void
}

/** A file that lies in an archive. */
export interface ArchivedFile {
  /** Relative, with `/`, the same file on every system, never leading out. */
  readonly name: string
  /** In bytes. */
  readonly size: number
}

/** Says where a file is to go; undefined where nobody wants it. May refuse it by throwing. */
export type Take = (file: ArchivedFile) => Sink | undefined
