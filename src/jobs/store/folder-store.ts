import { randomBytes } from 'node:crypto'
import { access, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { ChiquitoError } from '../../core/index.js'
import { errorCode, ioError, makeFolder, makeFolderSync } from '../../files/index.js'
import { type BlobStore, checkBlobName } from './blob-store.js'

/** A folder that all who work together see, on a disk of this machine or of the network. */
export class FolderStore implements BlobStore {
  readonly address: string
  /** Who shares a folder can share the one of the photos. */
  readonly isRemote = false
  private readonly root: string

  /** @param root - made by whoever reaches for it, or puts something into it */
  constructor(root: string) {
    this.root = path.resolve(root)
    this.address = pathToFileURL(this.root).href
  }

  /** Writes, reads and removes something: a worker that cannot would take jobs and fail them, one after the other. */
  async reach(): Promise<void> {
    const there = await stat(this.root).catch(() => undefined)
    if (there && !there.isDirectory())
      throw new ChiquitoError(
        'usage',
        `Cannot use the store "${this.root}": it is a file. Give a folder that all machines see.`,
      )
    const bytes = randomBytes(16)
    const file = path.join(this.root, `.probe-${bytes.toString('hex')}`)
    try {
      makeFolderSync(this.root)
      await writeFile(file, bytes)
      await readFile(file)
    } catch (error) {
      throw ioError(error, 'use the store', this.root)
    } finally {
      await rm(file, { force: true }).catch(() => undefined)
    }
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
        await makeFolder(path.dirname(file))
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
