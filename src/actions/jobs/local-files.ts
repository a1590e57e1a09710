import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import { ahead, ChiquitoError } from '../../core/index.js'
import { fileSha256, isThere } from '../../files/index.js'
import { type BlobStore, type Closeable, LastUsed } from '../../jobs/index.js'
import { AT_ONCE, areHere, type Content, getContent } from './contents.js'

/** Photos in a folder, paths relative to it. */
export interface PhotosAt {
  readonly root: string
  readonly photos: readonly Content[]
}

/** What is fetched is named by its content; an ending is kept where it is plainly one. */
const ending = /^\.[a-z0-9]{1,5}$/i

/**
 * Files of jobs as files of this machine: where whoever asked has them, if they are there and the same, or else fetched out of the store.
 */
export class LocalFiles implements Closeable {
  private readonly trees = new LastUsed<Tree>()
  private readonly models = new Map<string, Promise<string>>()
  private folder: Promise<string> | undefined
  private jobs = 0

  /**
   * Photos of one job, fetched ones under other names and for as long as the work takes. What is in neither place is left for the work to
   * miss.
   *
   * @throws `io` where a folder is the store and none of them is here
   */
  async withPhotos<T>(
    store: BlobStore,
    { root, photos }: PhotosAt,
    work: (root: string, paths: readonly string[]) => Promise<T>,
  ): Promise<T> {
    const paths = photos.map(photo => photo.path)
    if (await isAtHand(store, { root, photos })) return work(root, paths)
    // One root for all jobs: what reads photos below it stays open from job to job.
    const own = await this.ownFolder()
    const job = `job-${++this.jobs}`
    const names = photos.map(({ sha256, path: given }) => `${job}/${sha256}${endingOf(given)}`)
    const all = photos.map(({ sha256 }, i) => ({ sha256, path: path.join(own, names[i]) }))
    try {
      await mkdir(path.join(own, job))
      for await (const _ of ahead(all, AT_ONCE, file => fetched(store, file)));
      return await work(own, names)
    } finally {
      await rm(path.join(own, job), { recursive: true, force: true })
    }
  }

  /**
   * The photos of a data set under their own names, kept for the next job about them.
   *
   * @param name - of all of them together
   * @throws `io` where one of them is in neither place, or, where a folder is the store, all are missing here
   */
  async withTree<T>(
    store: BlobStore,
    name: string,
    at: PhotosAt,
    work: (root: string) => Promise<T>,
  ): Promise<T> {
    if (await isAtHand(store, at)) return work(at.root)
    return this.trees.use(
      name,
      () => Tree.grow(store, at),
      ({ root }) => work(root),
    )
  }

  /** A model, which stays until this is closed: it is used for many jobs. @throws `io` */
  async model(store: BlobStore, { path: given, sha256 }: Content): Promise<string> {
    if (!store.isRemote) {
      if (await isThere(given)) return given
      throw notShared(given)
    }
    if ((await fileSha256(given).catch(() => undefined)) === sha256) return given
    const known = this.models.get(sha256) ?? this.fetchedModel(store, { path: given, sha256 })
    this.models.set(sha256, known)
    known.catch(() => this.models.delete(sha256))
    return known
  }

  async close(): Promise<void> {
    await this.trees.close()
    if (this.folder) await rm(await this.folder, { recursive: true, force: true })
    this.folder = undefined
    this.models.clear()
  }

  private async fetchedModel(store: BlobStore, { path: given, sha256 }: Content): Promise<string> {
    const file = path.join(await this.ownFolder(), `${sha256}${endingOf(given)}`)
    if (!(await fetched(store, { sha256, path: file }))) throw missing(store, given)
    return file
  }

  private ownFolder(): Promise<string> {
    this.folder ??= temporaryFolder()
    return this.folder
  }
}

/** A data set that was fetched. */
class Tree implements Closeable {
  private constructor(
    private readonly folder: string,
    readonly root: string,
  ) {}

  static async grow(store: BlobStore, { root, photos }: PhotosAt): Promise<Tree> {
    const folder = await temporaryFolder()
    // Reports call a data set as its folder is called.
    const tree = new Tree(folder, path.join(folder, path.basename(root) || 'photos'))
    try {
      const plant = async ({ sha256, path: given }: Content) => {
        const file = inside(tree.root, given)
        await mkdir(path.dirname(file), { recursive: true })
        if (!(await fetched(store, { sha256, path: file }))) throw missing(store, given)
      }
      for await (const _ of ahead(photos, AT_ONCE, plant));
      return tree
    } catch (error) {
      await tree.close()
      throw error
    }
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Gone with this process at the latest, however it ends itself. */
async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-fetched-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function isAtHand(store: BlobStore, { root, photos }: PhotosAt): Promise<boolean> {
  if (store.isRemote)
    return areHere(photos.map(({ sha256, path: name }) => ({ sha256, path: path.resolve(root, name) })))
  // Those who share a folder share that of the photos, too. One may be gone meanwhile; all are where a disk is missing.
  for (const { path: name } of photos) if (await isThere(path.resolve(root, name))) return true
  if (photos.length > 0) throw notShared(path.resolve(root, photos[0].path))
  return true
}

function notShared(file: string): ChiquitoError {
  return new ChiquitoError(
    'io',
    `"${file}" is not on ${hostname()}. With a folder as --store, photos and models must lie under the same path on all machines; ` +
      'a store in S3 brings them.',
  )
}

/** False where the store does not have it. */
async function fetched(store: BlobStore, { sha256, path: file }: Content): Promise<boolean> {
  const bytes = await getContent(store, sha256)
  if (bytes) await writeFile(file, bytes)
  return bytes !== undefined
}

/** A file below a folder, whatever whoever asked calls it. @throws `data` for one that would lie elsewhere */
function inside(root: string, name: string): string {
  const file = path.resolve(root, name)
  if (file.startsWith(root + path.sep)) return file
  throw new ChiquitoError('data', `"${name}" is no path of a photo in a data set.`)
}

function endingOf(name: string): string {
  const found = path.extname(name)
  return ending.test(found) ? found : ''
}

function missing(store: BlobStore, name: string): ChiquitoError {
  return new ChiquitoError('io', `"${name}" is neither on this machine nor in "${store.address}". Ask again.`)
}
