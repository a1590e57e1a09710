import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { argumentError } from '../core/index.js'
import { cacheFolder, ioError, makeFolderSync, sha256Pattern } from '../files/index.js'
import { FeaturePack, type PackEntry } from './feature-pack.js'

/** Two hundred thousand vectors of 2,560 values: some fifty data sets of this project's usual size. */
const DEFAULT_MAX_BYTES = 2 * 1024 ** 3

/** A pack is the unit of throwing away, so it must be small beside the cap. */
const PACK_BYTES = 128 * 1024 * 1024

/** Each run that computes something adds a pack, and each costs a file to open: the oldest ones go. */
const MAX_PACKS = 256

/** The index stays in memory, at about 300 bytes a vector. */
const MAX_VECTORS = 1_000_000

export interface FeatureStoreOptions {
  /** Size of all namespaces together beyond which packs that have not been used longest are thrown away. */
  readonly maxBytes?: number | undefined
  /** Told once when the store stops growing, and why. */
  readonly notice?: ((message: string) => void) | undefined
}

/** The store that all commands share, in the cache folder. */
export function openFeatureStore(namespace: string, notice?: FeatureStoreOptions['notice']): FeatureStore {
  return FeatureStore.open(join(cacheFolder(), 'features'), namespace, { notice })
}

/** A key for what depends on exactly these facts: SHA-256, hexadecimal. */
export function featureKey(...facts: readonly (string | number | boolean | null)[]): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

/**
 * Vectors on disk, found by the content they were computed from, so that they never go stale. Several processes may
 * use one folder: each appends to packs of its own. It is only a cache: a damaged, vanished or unwritable file makes
 * misses and a notice, never an error.
 */
export class FeatureStore {
  private readonly entries = new Map<string, PackEntry>()
  /** Packs that this process has read from or written to; these are not thrown away. */
  private readonly used = new Set<string>()
  private readonly packs: FeaturePack[] = []
  private writing: FeaturePack | undefined
  private total = 0
  private isClosed = false
  private isFull = false

  private constructor(
    private readonly folder: string,
    private readonly namespace: string,
    private readonly maxBytes: number,
    private readonly notice: (message: string) => void,
  ) {}

  /**
   * @param folder - of all namespaces; made when absent
   * @param namespace - letters, digits, `.`, `_` and `-`
   * @throws `usage` for a namespace that cannot name a folder
   */
  static open(folder: string, namespace: string, options: FeatureStoreOptions = {}): FeatureStore {
    if (!/^[a-z0-9][a-z0-9._-]{0,99}$/i.test(namespace))
      throw argumentError('namespace', 'letters, digits, ".", "_" and "-"', namespace)
    const { maxBytes = DEFAULT_MAX_BYTES, notice = () => undefined } = options
    const store = new FeatureStore(folder, namespace, maxBytes, notice)
    store.guarded(() => {
      makeFolderSync(join(folder, namespace))
      store.total = store.throwAway(0)
      store.load()
    })
    return store
  }

  /** Number of vectors that can be had. */
  get size(): number {
    return this.entries.size
  }

  /**
   * The vector kept under a key; undefined when there is none, or it is damaged or of another length than `into`.
   *
   * @param into - where to put it (a row of a matrix): several times faster than a fresh array; garbage after a miss
   */
  get(key: string, into?: Float32Array): Float32Array | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined) return undefined
    const vector = attempt(() => entry.pack.read(key, entry, into))
    if (vector === undefined) this.entries.delete(key)
    else this.touch(entry.pack)
    return vector
  }

  /**
   * Keeps a vector, unless the store cannot grow. What is there already stays.
   *
   * @param key - from `featureKey`: 64 hexadecimal digits, lower case
   * @throws `usage` for another key
   */
  put(key: string, vector: Float32Array): void {
    if (!sha256Pattern.test(key)) throw argumentError('key', '64 hexadecimal digits', key)
    if (this.isFull || this.isClosed || this.entries.has(key)) return
    this.guarded(() => {
      if (!this.hasRoom(vector.byteLength)) return
      this.entries.set(key, this.packToWrite(vector.byteLength).append(key, vector))
      this.total += vector.byteLength
    })
  }

  /** Closes its files; afterwards every `get` misses. */
  close(): void {
    this.isClosed = true
    for (const pack of this.packs) pack.close()
    this.entries.clear()
  }

  private load(): void {
    const names = packNames(join(this.folder, this.namespace))
    for (const name of names) {
      const pack = new FeaturePack(join(this.folder, this.namespace, name))
      attempt(() =>
        pack.load((key, entry) => this.entries.size < MAX_VECTORS && this.entries.set(key, entry)),
      )
      this.packs.push(pack)
    }
  }

  private hasRoom(bytes: number): boolean {
    if (this.total + bytes > this.maxBytes) this.total = this.throwAway(bytes)
    if (this.total + bytes <= this.maxBytes && this.entries.size < MAX_VECTORS) return true
    this.stop(`The feature cache "${this.folder}" has reached its size limit`)
    return false
  }

  private packToWrite(bytes: number): FeaturePack {
    const full =
      this.writing !== undefined && this.writing.bytes + bytes > Math.min(PACK_BYTES, this.maxBytes / 4)
    if (this.writing === undefined || (full && this.writing.bytes > 0)) {
      const name = `${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`
      const pack = new FeaturePack(join(this.folder, this.namespace, name))
      this.packs.push(pack)
      this.used.add(pack.path)
      pack.create()
      this.writing = pack
    }
    return this.writing
  }

  /** Marks a pack as used, on disk too, once. */
  private touch(pack: FeaturePack): void {
    if (this.used.has(pack.path)) return
    this.used.add(pack.path)
    attempt(() => utimesSync(`${pack.path}.pack`, new Date(), new Date()))
  }

  /** Throws the longest unused packs away until there is room, and gives the bytes that are left. */
  private throwAway(room: number): number {
    const packs = readdirSync(this.folder, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .flatMap(({ name }) => packNames(join(this.folder, name)).map(pack => join(this.folder, name, pack)))
      .flatMap(path => attempt(() => ({ path, ...usage(path) })) ?? [])
      .sort((a, b) => a.time - b.time)
    let total = packs.reduce((sum, { bytes }) => sum + bytes, 0)
    let count = packs.length
    for (const { path, bytes } of packs) {
      if (total + room <= this.maxBytes && count < MAX_PACKS) break
      if (this.used.has(path)) continue
      this.forget(path)
      attempt(() => new FeaturePack(path).remove())
      total -= bytes
      count--
    }
    return total
  }

  private forget(path: string): void {
    for (const [key, { pack }] of this.entries) if (pack.path === path) this.entries.delete(key)
    this.packs.find(pack => pack.path === path)?.close()
  }

  private guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.stop(ioError(error, 'write the feature cache', this.folder).message.replace(/\.$/, ''))
    }
  }

  private stop(reason: string): void {
    if (!this.isFull) this.notice(`${reason}. Features are computed again when needed; nothing else changes.`)
    this.isFull = true
  }
}

/** Names, without extension, of the packs in a folder. */
function packNames(folder: string): string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.pack'))
    .map(name => name.slice(0, -'.pack'.length))
    .sort()
}

function usage(path: string): { bytes: number; time: number } {
  const { size, mtimeMs } = statSync(`${path}.pack`)
  return { bytes: size, time: mtimeMs }
}

/** The result, or undefined where another process has taken the file away or the disk refuses. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
