import { randomBytes } from 'node:crypto'
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { errorCode, ioError } from '../../files/index.js'
import { type BlobStore, checkBlobName } from './blob-store.js'

/** A folder that all who work together see, on a disk of this machine or of the network. */
export class FolderStore implements BlobStore {
  readonly address: string
  /** Who shares a folder can share the one of the photos. */
  readonly isRemote = false
  private readonly root: string

  /** @param root - made when something is put into it */
  constructor(root: string) {
    this.root = path.resolve(root)
    this.address = pathToFileURL(this.root).href
  }

  async reach(): Promise<void> {
    // What is wrong with a disk is found out at once by whoever writes.
  }

  async has(name: string): Promise<boolean> {
    return access(this.fileOf(name)).then(
      () => true,
      () => false,
    )
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    const file = this.fileOf(name)
    try {
      return await readFile(file)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw ioError(error, 'read', file)
    }
  }

  /** It takes its name in one step. It need not outlive a power cut: what is torn is found out by its check, and done again. */
  async put(name: string, bytes: Uint8Array): Promise<void> {
    const file = this.fileOf(name)
    const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
    try {
      await writeFile(temporary, bytes).catch(async (error: unknown) => {
        if (errorCode(error) !== 'ENOENT') throw error
        await mkdir(path.dirname(file), { recursive: true })
        await writeFile(temporary, bytes)
      })
      await rename(temporary, file)
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw ioError(error, 'write', file)
    }
  }

  async remove(name: string): Promise<void> {
    await rm(this.fileOf(name), { force: true })
  }

  async close(): Promise<void> {
    // Nothing is open between two calls.
  }

  private fileOf(name: string): string {
    checkBlobName(name)
    return path.join(this.root, name)
  }
}
