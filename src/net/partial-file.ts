import { createHash } from 'node:crypto'
import { fsyncSync, ftruncateSync, readSync, writeFileSync, writeSync } from 'node:fs'
import { type FileHandle, open, readFile, rm } from 'node:fs/promises'
import { z } from 'zod'
import { errorCode, ioError, replaceFile } from '../files/index.js'

/** What identifies the version of a file on a server: a download may only go on with the same version. */
const originSchema = z.object({
  address: z.string(),
  /** A strong ETag or the Last-Modified date. */
  validator: z.string().optional(),
})

type Origin = z.infer<typeof originSchema>

/** Long enough to recognise any kind of file and to quote the beginning of a web page. */
const HEAD_BYTES = 256

const READ_BYTES = 1024 * 1024

/**
 * A file on its way here: `NAME.part`, with its origin in `NAME.part.json`, becomes `NAME` when it is complete. It
 * stays when the work is stopped, so that the next try goes on from there.
 */
export class PartialFile {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    private origin: Origin,
    private size: number,
  ) {}

  /** Opens what an earlier try left for the same address, or begins. @throws `io` */
  static async open(path: string, address: string): Promise<PartialFile> {
    try {
      const file = await openOrMake(`${path}.part`)
      const origin = await readOrigin(path)
      const isSame = origin?.address === address
      const partial = new PartialFile(path, file, isSame ? origin : { address }, (await file.stat()).size)
      if (!isSame) partial.restart()
      return partial
    } catch (error) {
      throw ioError(error, 'write', `${path}.part`)
    }
  }

  /** Bytes that are here. */
  get bytes(): number {
    return this.size
  }

  /** What the server must still have for the download to go on. */
  get validator(): string | undefined {
    return this.origin.validator
  }

  /**
   * Throws away what is here; what comes next is the version given. The old bytes are gone from the disk before the
   * new version is recorded, so that no kill can make one file of two versions.
   */
  restart(validator?: string): void {
    try {
      ftruncateSync(this.file.fd, 0)
      if (this.size > 0) fsyncSync(this.file.fd)
      this.size = 0
      this.origin = { address: this.origin.address, validator }
      writeFileSync(`${this.path}.part.json`, JSON.stringify(this.origin))
    } catch (error) {
      throw ioError(error, 'write', `${this.path}.part`)
    }
  }

  /**
   * Adds bytes. They are written when this returns, so that a line that breaks at once loses none of them.
   *
   * @throws `io`, for example when the disk is full
   */
  append(chunk: Uint8Array): void {
    try {
      for (let done = 0; done < chunk.length; ) {
        const written = writeSync(this.file.fd, chunk, done, chunk.length - done, this.size)
        done += written
        this.size += written
      }
    } catch (error) {
      throw ioError(error, 'write', `${this.path}.part`)
    }
  }

  /** The first bytes, at most 256. */
  head(): Buffer {
    const buffer = Buffer.alloc(HEAD_BYTES)
    return buffer.subarray(0, readSync(this.file.fd, buffer, 0, HEAD_BYTES, 0))
  }

  /** SHA-256 of what is here, hexadecimal. */
  async sha256(): Promise<string> {
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafe(READ_BYTES)
    for (let at = 0; at < this.size; ) {
      const { bytesRead } = await this.file.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
      at += bytesRead
    }
    return hash.digest('hex')
  }

  /** Gives the complete file its name. @throws `io` */
  async finish(): Promise<void> {
    try {
      await this.file.sync()
      await this.file.close()
      await replaceFile(`${this.path}.part`, this.path)
      await rm(`${this.path}.part.json`, { force: true })
    } catch (error) {
      throw ioError(error, 'write', this.path)
    }
  }

  /** Closes and removes it: it is of no use for another try. */
  async discard(): Promise<void> {
    await this.close()
    await rm(`${this.path}.part`, { force: true })
    await rm(`${this.path}.part.json`, { force: true })
  }

  /** Closes it for another try. Harmless when called again. */
  async close(): Promise<void> {
    await this.file.close().catch(() => undefined)
  }
}

/** Opens for reading and writing, keeping what is there. */
async function openOrMake(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return open(path, 'wx+')
    throw error
  }
}

async function readOrigin(path: string): Promise<Origin | undefined> {
  try {
    return originSchema.safeParse(JSON.parse(await readFile(`${path}.part.json`, 'utf8'))).data
  } catch {
    return undefined
  }
}
