import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, ioError, makeFolderSync, temporaryPath } from '../../files/index.js'
import { sha256Of } from '../../images/index.js'
import type { PhotoFacts } from './facts.js'
import { isLasting, keptText } from './reader.js'
import { keptSchema } from './schema.js'

/** What facts are made of: another number where the same photo gives other facts. */
export const FACTS_VERSION = 5

/** A file of the store holds the contents whose hash begins with one hexadecimal digit. */
const DIGITS = '0123456789abcdef'

/** Most bytes in one of the sixteen files: some 600,000 photos in all. Beyond it the older half is thrown away. */
const MAX_SHARD_BYTES = 32 * 1024 * 1024

/** Hexadecimal digits of a content's hash, and of the hash of what is kept about it. */
const KEY = 64
const CHECK = 16

export interface FactsStoreOptions {
  /** Told once where nothing can be kept, and why. */
  readonly notice?: ((message: string) => void) | undefined
  readonly maxShardBytes?: number | undefined
}

/** Where a line lies in its file. */
interface Line {
  readonly at: number
  readonly length: number
}

interface Shard {
  readonly file: number
  readonly lines: Map<string, Line>
  bytes: number
}

/**
 * Facts on disk, found by the SHA-256 of the content that they were measured on: a line each in one of sixteen files that
 * only grow, handed to the system at once, so that a kill loses none. Only where lines lie is held in memory. It is only a
 * cache: what is damaged or vanished is measured again, and where nothing can be written a notice says so.
 */
export class FactsStore {
  private readonly shards = new Map<string, Shard | undefined>()
  private isStopped = false

  private constructor(
    private readonly folder: string,
    private readonly notice: (message: string) => void,
    private readonly maxShardBytes: number,
  ) {}

  /** @param folder - of the store; made when absent */
  static open(folder: string = factsFolder(), options: FactsStoreOptions = {}): FactsStore {
    const { notice = () => undefined, maxShardBytes = MAX_SHARD_BYTES } = options
    const store = new FactsStore(folder, notice, maxShardBytes)
    store.guarded(() => makeFolderSync(folder))
    return store
  }

  /** The facts of a content; undefined where there are none, or they are damaged. */
  get(sha256: string): PhotoFacts | undefined {
    const shard = this.shardOf(sha256)
    const line = shard?.lines.get(sha256)
    if (shard === undefined || line === undefined) return undefined
    const facts = readLine(shard.file, line, sha256)
    if (facts === undefined) shard.lines.delete(sha256)
    return facts
  }

  /** Whether there are facts of a content, which may prove damaged. */
  has(sha256: string): boolean {
    return this.shardOf(sha256)?.lines.has(sha256) === true
  }

  /** Keeps what was measured, unless it is there or may be otherwise another time; `text` is what `keptText` makes of it. */
  put(sha256: string, facts: PhotoFacts, text: string = keptText(facts)): void {
    if (this.isStopped || !isLasting(facts)) return
    const shard = this.shardOf(sha256)
    if (shard === undefined || shard.lines.has(sha256)) return
    const bytes = Buffer.from(`${sha256} ${checkOf(sha256, text)} ${text}\n`)
    this.guarded(() => {
      // Other processes may have added lines: where this one begins is seen after it is written.
      for (let written = 0; written < bytes.length; ) written += writeSync(shard.file, bytes, written)
      shard.bytes = fstatSync(shard.file).size
      shard.lines.set(sha256, { at: shard.bytes - bytes.length, length: bytes.length - 1 })
    })
  }

  close(): void {
    for (const shard of this.shards.values()) if (shard !== undefined) closeSync(shard.file)
    this.shards.clear()
    this.isStopped = true
  }

  private shardOf(sha256: string): Shard | undefined {
    const digit = sha256[0]
    if (!this.shards.has(digit) && !this.isStopped && DIGITS.includes(digit))
      this.guarded(() => this.shards.set(digit, this.openShard(join(this.folder, `${digit}.jsonl`))))
    return this.shards.get(digit)
  }

  private openShard(path: string): Shard {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > this.maxShardBytes) halve(path)
    const file = openSync(path, 'a+')
    const bytes = readFileSync(file)
    const lines = linesOf(bytes)
    // A line that a kill cut short must not take the next one with it.
    const isTorn = bytes.length > 0 && bytes[bytes.length - 1] !== NEWLINE
    if (isTorn) writeSync(file, '\n')
    return { file, lines, bytes: bytes.length + (isTorn ? 1 : 0) }
  }

  private guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      const { message } = ioError(error, 'write the cache of facts', this.folder)
      if (!this.isStopped)
        this.notice(`${message} Photos are measured again when needed; nothing else changes.`)
      this.isStopped = true
    }
  }
}

/** Where facts are kept, in the cache folder. */
export function factsFolder(): string {
  return join(cacheFolder(), 'facts', `v${FACTS_VERSION}`)
}

const NEWLINE = 0x0a

/** Where each content's last line lies. */
function linesOf(bytes: Buffer): Map<string, Line> {
  const lines = new Map<string, Line>()
  for (let at = 0; at < bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, at)
    const end = found < 0 ? bytes.length : found
    if (end - at > KEY + CHECK + 2 && found >= 0)
      lines.set(bytes.toString('latin1', at, at + KEY), { at, length: end - at })
    at = end + 1
  }
  return lines
}

function readLine(file: number, { at, length }: Line, sha256: string): PhotoFacts | undefined {
  const bytes = Buffer.allocUnsafe(length)
  try {
    if (readSync(file, bytes, 0, length, at) !== length) return undefined
    const text = bytes.toString('utf8', KEY + CHECK + 2)
    const begin = `${sha256} ${checkOf(sha256, text)} `
    if (bytes.toString('latin1', 0, begin.length) !== begin) return undefined
    return keptSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Ties a line to its content, so that no damaged one is believed. */
function checkOf(sha256: string, text: string): string {
  return sha256Of(Buffer.from(sha256 + text)).slice(0, CHECK)
}

/** Leaves the newer half of a file's lines. */
function halve(path: string): void {
  const bytes = readFileSync(path)
  const cut = bytes.indexOf(NEWLINE, bytes.length >> 1) + 1
  const temporary = temporaryPath(path)
  writeFileSync(temporary, bytes.subarray(cut))
  renameSync(temporary, path)
}
