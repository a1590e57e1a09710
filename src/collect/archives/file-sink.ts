import { closeSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolderSync } from '../../files/index.js'
import type { Sink } from './sink.js'

/** Writes the files of an archive, one after the other, into a folder that nobody else writes into. */
export class FolderWriter {
  private readonly made = new Set<string>()
  private open: FileSink | undefined

  /** Where a file's bytes go. Writing throws the system's own errors. */
  create(path: string): Sink {
    const folder = dirname(path)
    if (!this.made.has(folder)) makeFolderSync(folder)
    this.made.add(folder)
    this.open = new FileSink(path)
    return this.open
  }

  /** Closes a file that was left unfinished. Harmless when there is none. */
  close(): void {
    this.open?.close()
  }
}

/** Writes what comes at once: nothing waits in memory, and a full disk is met where it is filled. */
class FileSink implements Sink {
  private file: number | undefined

  constructor(path: string) {
    this.file = openSync(path, 'wx')
  }

  write(chunk: Uint8Array): void {
    if (this.file === undefined) return
    for (let done = 0; done < chunk.length; ) done += writeSync(this.file, chunk, done)
  }

  end(): void {
    this.close()
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file)
    this.file = undefined
  }
}
