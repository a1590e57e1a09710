import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { ChiquitoError } from '../../../core/index.js'
import { type BlobStore, checkBlobName, type StoreOptions } from '../blob-store.js'
import { type S3Address, s3Address } from './address.js'
import { type S3Package, s3Package } from './client.js'
import { Patience } from './patience.js'
import { isAbsent, NoS3Error } from './troubles.js'

/** Of one object: above any model or photo, and below what a buffer holds. */
const MAX_BYTES = 2 ** 31 - 1

/** A first answer takes no longer, or somebody who typed an address should know. */
const FIRST_ANSWER_MS = 15_000

/** A bucket of S3, or of a server that speaks as it does, that all who work together reach. */
export class S3Store implements BlobStore {
  readonly address: string
  readonly isRemote = true
  private readonly patience: Patience
  private readonly stopping = new AbortController()

  private constructor(
    private readonly place: S3Address,
    private readonly s3: S3Package,
    options: StoreOptions,
  ) {
    this.address = `s3://${place.bucket}/${place.prefix}`.replace(/\/$/, '')
    const where = s3.endpoint === undefined ? '' : ` at ${s3.endpoint}`
    const { signal } = this.stopping
    // Each question listens.
    setMaxListeners(0, signal)
    if (options.signal?.aborted) this.stopping.abort()
    options.signal?.addEventListener('abort', () => this.stopping.abort(), { signal })
    this.patience = new Patience(`${this.address}${where}`, { ...options, signal })
  }

  /** @throws `usage` for what is no address, and where the package for it is missing */
  static async open(address: string, options: StoreOptions): Promise<S3Store> {
    return new S3Store(s3Address(address), await s3Package(), options)
  }

  /** Writes, reads and removes something, as each needs a permission of its own, and as other servers than S3's answer, too. */
  async reach(): Promise<void> {
    const bytes = randomBytes(16)
    const name = `probes/${bytes.toString('hex')}`
    const late = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(FIRST_ANSWER_MS)])
    await this.patience.askOnce(async () => {
      const before = await this.read(name, late)
      await this.write(name, bytes, late)
      const after = await this.read(name, late)
      if (before !== undefined || !after || !bytes.equals(after)) throw new NoS3Error()
      await this.delete(name, late)
    })
  }

  has(name: string): Promise<boolean> {
    const key = this.keyOf(name)
    const { HeadObjectCommand } = this.s3.sdk
    const abortSignal = this.stopping.signal
    return this.patience.ask(async () => {
      try {
        await this.s3.client.send(new HeadObjectCommand(key), { abortSignal })
        return true
      } catch (error) {
        if (isAbsent(error)) return false
        throw error
      }
    })
  }

  get(name: string): Promise<Uint8Array | undefined> {
    return this.patience.ask(() => this.read(name))
  }

  put(name: string, bytes: Uint8Array): Promise<void> {
    return this.patience.ask(() => this.write(name, bytes))
  }

  remove(name: string): Promise<void> {
    return this.patience.ask(() => this.delete(name))
  }

  async close(): Promise<void> {
    this.stopping.abort()
    this.s3.client.destroy()
  }

  private async read(name: string, abortSignal = this.stopping.signal): Promise<Uint8Array | undefined> {
    const { GetObjectCommand } = this.s3.sdk
    try {
      const { Body, ContentLength = 0 } = await this.s3.client.send(new GetObjectCommand(this.keyOf(name)), {
        abortSignal,
      })
      if (ContentLength > MAX_BYTES)
        throw new ChiquitoError(
          'data',
          `"${name}" in ${this.address} has ${ContentLength} bytes; ${MAX_BYTES} are taken at most.`,
        )
      return (await Body?.transformToByteArray()) ?? new Uint8Array()
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }

  private async write(name: string, bytes: Uint8Array, abortSignal = this.stopping.signal): Promise<void> {
    const { PutObjectCommand } = this.s3.sdk
    const object = { ...this.keyOf(name), Body: bytes, ContentLength: bytes.length }
    await this.s3.client.send(new PutObjectCommand(object), { abortSignal })
  }

  private async delete(name: string, abortSignal = this.stopping.signal): Promise<void> {
    const { DeleteObjectCommand } = this.s3.sdk
    await this.s3.client.send(new DeleteObjectCommand(this.keyOf(name)), { abortSignal })
  }

  private keyOf(name: string): { readonly Bucket: string; readonly Key: string } {
    checkBlobName(name)
    return { Bucket: this.place.bucket, Key: `${this.place.prefix}${name}` }
  }
}
