import { type Stats, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileStamp } from './folder-index.js'
import { attempt } from './forget-oldest.js'

/** A disk in this machine answers within some microseconds, one that is reached by a network within some hundred. */
const SLOW_MS = 0.2

/** Slow answers after which a disk is one: the first of a folder come from the disk itself, the next from memory. */
const MOST_SLOW = 100

/**
 * What the system says of files. It is asked directly as long as it answers at once, which takes a tenth of asking on another
 * thread; of a slow disk many files are better asked at a time.
 */
export class Stamps {
  private slow = 0

  constructor(private readonly root: string) {}

  /** Undefined where there is no such file, or where the disk is slow: ask {@link later}. */
  now(path: string): FileStamp | undefined {
    if (this.slow > MOST_SLOW) return undefined
    const began = performance.now()
    const stamp = stampOf(attempt(() => statSync(join(this.root, path), { throwIfNoEntry: false })))
    if (performance.now() - began > SLOW_MS) this.slow++
    return stamp
  }

  /** Undefined where there is no such file. */
  async later(path: string): Promise<FileStamp | undefined> {
    return stampOf(await stat(join(this.root, path)).catch(() => undefined))
  }
}

/** Undefined for what is no file. */
export function stampOf(found: Stats | undefined): FileStamp | undefined {
  if (!found?.isFile()) return undefined
  return { size: found.size, mtime: found.mtimeMs, ctime: found.ctimeMs, inode: found.ino }
}
