import type { Dirent } from 'node:fs'
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import { errorCode, ioError, isOutputFolder } from '../../files/index.js'
import { ignoredName, isSheet } from './ignored-names.js'
import type { OddityCounter } from './oddities.js'

/** More files than any training this project can do; a folder like that was chosen by mistake (a whole disk). */
const MAX_FILES = 2_000_000

/** DTD divides its photos in ten ways, each by three lists; no data set has many more. */
const MAX_LISTS = 64

/** What one folder holds, by name, sorted; what is left out has been counted. */
export interface Listing {
  /** Folders in which, at any depth, lies a file that may be a photo, or a link that was not followed. */
  readonly folders: readonly string[]
  /** Folders in which there is none. */
  readonly bare: readonly string[]
  readonly files: readonly string[]
  /** Files that may hold labels (`metadata.csv`, `labels.csv`, …); nobody has read them. */
  readonly tables: readonly string[]
  /** Links that were not followed: they lead out of the data set, or nowhere. */
  readonly links: readonly string[]
}

/** The files below a folder; paths relative to the data set's root, with `/`. */
export interface Gathered {
  readonly files: string[]
  /** Paths of the tables met. */
  readonly tables: string[]
  /** How many links were not followed. */
  links: number
}

/** What an entry of a folder is; undefined for what is counted and left out. */
type Kind = 'file' | 'folder' | 'lost link' | undefined

/** Joins a folder and a name; the folder may be the root, `''`. */
export function child(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

/**
 * Reads folders of one data set. Links are followed only where they stay inside the data set's real root (unless the
 * person allows more), so a folder from the internet cannot pull in what lies elsewhere on the disk.
 */
export class FolderReader {
  /** Spreadsheets met, relative to the root: labels in them are not read, which the person may want to hear. */
  readonly sheets: string[] = []
  /** Links by the names of tables that were not followed, relative to the root: labels may stand in them. */
  readonly linkedTables: string[] = []
  private files = 0
  /** Each folder is read, and its oddities are counted, once. */
  private readonly entered = new Map<string, Omit<Listing, 'bare'>>()
  private readonly listings = new Map<string, Listing>()
  private readonly gatherings = new Map<string, Gathered>()
  private readonly loops = new Set<string>()

  private constructor(
    /** The data set's folder, absolute, without links. */
    readonly root: string,
    private readonly oddities: OddityCounter,
    private readonly followLinks: boolean,
  ) {}

  /** @throws `io`, `data` when the root is absent, unreadable or not a folder */
  static async open(root: string, oddities: OddityCounter, followLinks: boolean): Promise<FolderReader> {
    try {
      const real = await realpath(root)
      if (!(await stat(real)).isDirectory())
        throw new ChiquitoError(
          'data',
          `"${root}" is a file. Give a folder with one sub-folder of photos per class.`,
        )
      if (await isOutputFolder(real))
        throw new ChiquitoError(
          'data',
          `"${root}" holds what chiquito wrote, not photos. Give a folder of photos.`,
        )
      return new FolderReader(real, oddities, followLinks)
    } catch (error) {
      throw ioError(error, 'open the folder', root)
    }
  }

  /** What lies directly in a folder (`''` is the root). @throws `io` naming a folder that may not be read */
  async list(folder: string): Promise<Listing> {
    const known = this.listings.get(folder)
    if (known !== undefined) return known
    const all = await this.enter(folder)
    const folders: string[] = []
    const bare: string[] = []
    for (const name of all.folders) ((await this.isBare(child(folder, name))) ? bare : folders).push(name)
    const listing = { ...all, folders, bare }
    this.listings.set(folder, listing)
    return listing
  }

  /** Whether nothing at all in a folder could be a photo; one that may not be read could hold some. */
  private async isBare(folder: string, seen = new Set<string>()): Promise<boolean> {
    try {
      const real = await this.realFolder(folder)
      const around = await this.realFolder(dirname(folder))
      // A link to a folder around it is a loop, which whoever reads on will meet and count.
      if (around === real || around.startsWith(real + sep)) return false
      if (seen.has(real)) return true
      seen.add(real)
      const { files, links, folders } = await this.enter(folder)
      if (files.length > 0 || links.length > 0) return false
      for (const name of folders) if (!(await this.isBare(child(folder, name), seen))) return false
      return true
    } catch (error) {
      if (error instanceof ChiquitoError && error.code === 'io') return false
      throw error
    }
  }

  /** What lies in a folder, whatever its folders hold. */
  private async enter(folder: string): Promise<Omit<Listing, 'bare'>> {
    const known = this.entered.get(folder)
    if (known !== undefined) return known
    const listing = await this.look(folder)
    this.entered.set(folder, listing)
    this.files += listing.files.length
    if (this.files > MAX_FILES)
      throw new ChiquitoError(
        'data',
        `"${this.root}" holds more than ${MAX_FILES} files. Give a data set's folder.`,
      )
    return listing
  }

  /**
   * What lies in a folder, whatever its folders hold, read anew each time: nothing of it is kept, so it suits walks through more files
   * than memory may hold.
   *
   * @throws `io` naming a folder that may not be read
   */
  async look(folder: string): Promise<Omit<Listing, 'bare'>> {
    const folders: string[] = []
    const files: string[] = []
    const tables: string[] = []
    const links: string[] = []
    for (const entry of await this.entries(folder)) {
      const path = child(folder, entry.name)
      const kind = (await this.isMisnamed(path)) ? undefined : await this.kindOf(entry, path)
      if (kind === 'lost link') {
        links.push(entry.name)
        if (ignoredName(entry.name, false) === 'table') this.linkedTables.push(path)
      }
      if (kind === undefined || kind === 'lost link') continue
      const ignored = ignoredName(entry.name, kind === 'folder')
      if (ignored === 'own') continue
      if (ignored === 'other-file' && isSheet(entry.name)) this.sheets.push(path)
      if (ignored === 'table') tables.push(entry.name)
      else if (ignored !== undefined) this.oddities.add(ignored, path)
      else if (kind === 'file') files.push(entry.name)
      else if (await isOutputFolder(join(this.root, path))) this.oddities.add('run', path)
      else folders.push(entry.name)
    }
    return { folders, files, tables: this.listsAmong(folder, tables), links }
  }

  /** Texts beyond a handful are notes to a photo each (`train_0001.txt`), not lists. */
  private listsAmong(folder: string, tables: readonly string[]): readonly string[] {
    const texts = tables.filter(name => /\.txt$/i.test(name))
    if (texts.length <= MAX_LISTS) return tables
    for (const name of texts) this.oddities.add('other-file', child(folder, name))
    return tables.filter(name => !/\.txt$/i.test(name))
  }

  /** The tables in folders without photos beside what is listed: `annotations/labels.csv` beside `images`. */
  async tablesBeside(folder: string): Promise<string[]> {
    const { bare } = await this.list(folder)
    const tables: string[] = []
    for (const name of bare)
      for (const table of (await this.enter(child(folder, name))).tables)
        tables.push(child(folder, `${name}/${table}`))
    return tables
  }

  /** Every file below a folder, at any depth. A folder reached twice, by a link, is read once. @throws `io` */
  async gather(folder: string): Promise<Gathered> {
    const known = this.gatherings.get(folder) ?? (await this.gatherAnew(folder))
    this.gatherings.set(folder, known)
    return known
  }

  private async gatherAnew(folder: string): Promise<Gathered> {
    const gathered: Gathered = { files: [], tables: [], links: 0 }
    const seen = new Set<string>()
    const visit = async (path: string, parent: string | undefined): Promise<void> => {
      const real = await this.realFolder(path)
      if (seen.has(real) || parent === real || parent?.startsWith(real + sep)) {
        if (!this.loops.has(path)) this.oddities.add('link-loop', path)
        this.loops.add(path)
        return
      }
      seen.add(real)
      const listing = await this.list(path)
      for (const name of listing.tables) gathered.tables.push(child(path, name))
      gathered.links += listing.links.length
      for (const name of listing.files) gathered.files.push(child(path, name))
      for (const name of listing.folders) await visit(child(path, name), real)
    }
    await visit(folder, undefined)
    return gathered
  }

  /** Whether a folder holds a file that may be a photo, at any depth. @throws `io` */
  async hasPhotos(folder: string): Promise<boolean> {
    return (await this.gather(folder)).files.length > 0
  }

  private async entries(folder: string): Promise<Dirent[]> {
    try {
      const entries = await readdir(join(this.root, folder), { withFileTypes: true })
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    } catch (error) {
      if (isGone(folder, error)) return []
      throw ioError(error, 'read the folder', join(this.root, folder))
    }
  }

  private async realFolder(folder: string): Promise<string> {
    try {
      return await realpath(join(this.root, folder))
    } catch (error) {
      if (isGone(folder, error)) return join(this.root, folder)
      throw ioError(error, 'read the folder', join(this.root, folder))
    }
  }

  /** A name in another encoding (an old archive's) comes with replacement characters, and nothing has that name. */
  private async isMisnamed(path: string): Promise<boolean> {
    if (!path.includes('\uFFFD') || (await lstat(join(this.root, path)).catch(() => undefined))) return false
    this.oddities.add('bad-name', path)
    return true
  }

  /** Undefined, and counted, when it is neither a file nor a folder of this data set. */
  private async kindOf(entry: Dirent, path: string): Promise<Kind> {
    if (entry.isFile()) return 'file'
    if (entry.isDirectory()) return 'folder'
    if (entry.isSymbolicLink()) return this.kindOfLink(path)
    this.oddities.add('special', path)
    return undefined
  }

  private async kindOfLink(path: string): Promise<Kind> {
    try {
      const real = await realpath(join(this.root, path))
      if (!this.followLinks && !real.startsWith(this.root + sep) && real !== this.root) {
        this.oddities.add('link-outside', path)
        return 'lost link'
      }
      const target = await stat(real)
      if (target.isFile()) return 'file'
      if (target.isDirectory()) return 'folder'
      this.oddities.add('special', path)
    } catch (error) {
      const isLoop = errorCode(error) === 'ELOOP'
      this.oddities.add(isLoop ? 'link-loop' : 'broken-link', path)
      return isLoop ? undefined : 'lost link'
    }
    return undefined
  }
}

/** Whether a folder that was there when the one around it was read has gone since, as where photos come back while somebody looks. */
function isGone(folder: string, error: unknown): boolean {
  return folder !== '' && errorCode(error) === 'ENOENT'
}
