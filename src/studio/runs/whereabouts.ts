import { stat } from 'node:fs/promises'
import path from 'node:path'
import { hashFiles, type ListedPhotos, listPhotos } from '../../dataset/index.js'
import { photoId } from '../photo-id.js'

/** A photo as it was. */
export interface FormerPhoto {
  readonly path: string
  /** What it held; null where nobody knows, so that its path must do. */
  readonly sha256: string | null
}

/** Where a photo is now. */
export interface PresentPhoto {
  readonly id: string
  readonly path: string
  readonly label: string
}

/** Finds photos again that were moved since: by what they hold. What was read once is remembered as long as the file stays as it is. */
export class Whereabouts {
  private readonly hashes = new Map<string, { readonly mark: string; readonly sha256: string | undefined }>()

  /** @param folder - of the data set */
  constructor(private readonly folder: string) {}

  /** Where each photo is now; undefined for those that are no longer among the photos. */
  async find(former: readonly FormerPhoto[]): Promise<(PresentPhoto | undefined)[]> {
    const { root, files } = await listPhotos(this.folder).catch(nothingListed)
    const found = new Map<string, PresentPhoto>()
    const labels = new Map(files.map(file => [file.path, file.label]))
    const present = (inner: string) => ({ id: photoId(inner), path: inner, label: labels.get(inner) ?? '' })
    const wanted = new Map(former.flatMap(({ sha256, path }) => (sha256 === null ? [] : [[sha256, path]])))
    const look = async (inner: readonly string[]) => {
      const read = await this.contents(root, inner)
      for (const [i, sha256] of read.entries())
        if (sha256 !== undefined && wanted.has(sha256) && !found.has(sha256))
          found.set(sha256, present(inner[i]))
    }
    const isMissing = (sha256: string) => !found.has(sha256)
    await look([...wanted.values()].filter(inner => labels.has(inner)))
    // Who moves a photo mostly leaves it its name.
    const missing = new Set(
      [...wanted].filter(([sha256]) => isMissing(sha256)).map(([, inner]) => path.posix.basename(inner)),
    )
    const others = files.map(file => file.path)
    if (missing.size > 0) await look(others.filter(inner => missing.has(path.posix.basename(inner))))
    if ([...wanted.keys()].some(isMissing)) await look(others)
    return former.map(({ path: inner, sha256 }) =>
      sha256 !== null ? found.get(sha256) : labels.has(inner) ? present(inner) : undefined,
    )
  }

  /** The file of a photo by its id; undefined where there is none. Absolute. */
  async fileOf(id: string): Promise<string | undefined> {
    const { root, files } = await listPhotos(this.folder).catch(nothingListed)
    const photo = files.find(file => photoId(file.path) === id)
    return photo && path.join(root, photo.path)
  }

  private async contents(root: string, inner: readonly string[]): Promise<(string | undefined)[]> {
    const marks = await Promise.all(inner.map(one => markOf(path.join(root, one))))
    const stale = inner.filter((one, i) => this.hashes.get(one)?.mark !== marks[i])
    const read = await hashFiles(root, stale)
    const fresh = new Map(read.map(file => [file.path, 'sha256' in file ? file.sha256 : undefined]))
    for (const [i, one] of inner.entries())
      if (fresh.has(one)) this.hashes.set(one, { mark: marks[i], sha256: fresh.get(one) })
    return inner.map(one => this.hashes.get(one)?.sha256)
  }
}

/** Whether a file stayed as it was, as far as that is told without reading it. */
async function markOf(file: string): Promise<string> {
  const info = await stat(file).catch(() => undefined)
  return info === undefined ? 'gone' : `${info.size}-${info.mtimeMs}-${info.ino}`
}

/** A folder without photos has none to be found. */
function nothingListed(): Pick<ListedPhotos, 'root' | 'files'> {
  return { root: '', files: [] }
}
