import { basename, join } from 'node:path'
import { sniff } from '../../images/index.js'
import { FolderWriter } from './file-sink.js'
import { HEAD_BYTES, kindByName, kindOf, looksLikeArchive } from './kind.js'
import { entry, refusal } from './refusal.js'
import type { ArchivedFile, Sink } from './sink.js'

/** Names of files that were left that are told; the rest is a number. */
const TOLD = 5

/** What came out of an archive, and what did not. */
export interface Sifted {
  readonly photos: number
  /** Tables that may say what the photos show: `metadata.csv`, `_classes.csv`, … */
  readonly tables: number
  /** Files that are neither. */
  readonly left: number
  /** The first of those, by name. */
  readonly leftNames: readonly string[]
  /** Of all that was written. */
  readonly bytes: number
}

/**
 * Takes out of an archive what a data set is made of: photos, told by their content whatever they are called, and
 * tables, told by their names. Everything else is left where it is.
 */
export class Sift {
  private readonly writer = new FolderWriter()
  private readonly counts = { photos: 0, tables: 0, left: 0, bytes: 0 }
  private readonly leftNames: string[] = []

  /** @param folder - where the files go */
  constructor(
    private readonly folder: string,
    private readonly archive: string,
  ) {}

  /**
   * Where a file of the archive goes; undefined where it is left.
   *
   * @param to - the name that it gets, relative; its own by default
   * @throws `data` for an archive in the archive
   */
  take(file: ArchivedFile, to = file.name): Sink | undefined {
    const kind = kindByName(file.name)
    if (kind !== 'hidden' && looksLikeArchive(file.name)) throw this.nested(file.name)
    if (kind === 'photo') return this.photoSink(file, to)
    if (kind === 'table') return this.tableSink(file, to)
    this.leave(file.name)
    return undefined
  }

  /** Closes a file that was left unfinished. */
  close(): void {
    this.writer.close()
  }

  /** @throws `data` where there was no photo */
  result(): Sifted {
    const [other] = this.leftNames
    if (this.counts.photos === 0)
      throw refusal(
        this.archive,
        `it holds no photos${other === undefined ? '' : ` (but ${JSON.stringify(other)})`}`,
      )
    return { ...this.counts, leftNames: this.leftNames }
  }

  private photoSink(file: ArchivedFile, to: string): Sink {
    return new HeadSink(file, head => {
      this.requireNoArchive(file, head)
      if ('refused' in sniff(head)) {
        this.leave(file.name)
        return undefined
      }
      this.counts.photos++
      this.counts.bytes += file.size
      return this.writer.create(join(this.folder, to))
    })
  }

  private tableSink(file: ArchivedFile, to: string): Sink {
    return new HeadSink(file, head => {
      this.requireNoArchive(file, head)
      this.counts.tables++
      this.counts.bytes += file.size
      return this.writer.create(join(this.folder, to))
    })
  }

  private requireNoArchive({ name }: ArchivedFile, head: Uint8Array): void {
    if (kindOf(head) !== undefined) throw this.nested(name)
  }

  private nested(name: string) {
    return refusal(
      this.archive,
      `${entry(name)} is an archive itself: unpack this one yourself, and give "${basename(name)}"`,
    )
  }

  private leave(name: string): void {
    this.counts.left++
    if (this.leftNames.length < TOLD) this.leftNames.push(name)
  }
}

/** Waits for a file's first bytes, and then decides where all of them go. */
class HeadSink implements Sink {
  private head: Buffer[] = []
  private length = 0
  private sink: Sink | undefined
  private isDecided = false

  constructor(
    private readonly file: ArchivedFile,
    private readonly decide: (head: Uint8Array) => Sink | undefined,
  ) {}

  write(chunk: Uint8Array): void {
    if (this.isDecided) {
      this.sink?.write(chunk)
      return
    }
    this.head.push(Buffer.from(chunk))
    this.length += chunk.length
    if (this.length >= Math.min(HEAD_BYTES, this.file.size)) this.open()
  }

  end(): void {
    if (!this.isDecided) this.open()
    this.sink?.end()
  }

  private open(): void {
    this.isDecided = true
    const bytes = Buffer.concat(this.head)
    this.head = []
    this.sink = this.decide(bytes.subarray(0, HEAD_BYTES))
    if (bytes.length > 0) this.sink?.write(bytes)
  }
}
