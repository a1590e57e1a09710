import {
  appendFile,
  constants,
  copyFile,
  link,
  lstat,
  readFile,
  realpath,
  rename,
  rm,
  truncate,
} from 'node:fs/promises'
import { basename, dirname, extname, join, relative, sep } from 'node:path'
import { ChiquitoError, said } from '../core/index.js'
import { classNameProblem, homeFor, type ListedPhotos, listPhotos, METADATA } from '../dataset/index.js'
import { errorCode, ioError, makeFolder, nameWith, plainName, temporaryPath } from '../files/index.js'
import { examinePhoto, type PhotoProblem, readPhotoFile, sha256Of, UnreadablePhoto } from '../images/index.js'

/** What became of a photo that was brought. */
export type BroughtPhoto =
  | { readonly outcome: 'added'; readonly path: string; readonly width: number; readonly height: number }
  /** The same file is there already. */
  | { readonly outcome: 'copy'; readonly of: string }
  | { readonly outcome: 'refused'; readonly problem: PhotoProblem; readonly reason: string }

/** A listing that is older than this is made anew: other programs may work on the folder, too. */
const FRESH_MS = 3000

/** Names of photos; there is room for a number and an extension behind. */
const MAX_NAME_BYTES = 120

/** Shorter sides show nothing that could be learnt. */
const MIN_SIDE = 32

/** Other files of a name that are stepped over. */
const MOST_TWINS = 100_000

/** How names end of what each format is called otherwise. */
const otherEndings: Readonly<Record<string, readonly string[]>> = {
  jpeg: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  tiff: ['.tif', '.tiff'],
  heif: ['.heic', '.heif'],
}

/** The class of a name, as a folder can be called. @throws `usage` */
export function className(label: string): string {
  const name = label.normalize('NFC').trim()
  const problem = classNameProblem(name)
  if (problem === undefined) return name
  throw new ChiquitoError(
    'usage',
    `A class cannot be called ${JSON.stringify(label)}: ${problem.words}. Give another name.`,
    { said: said(`class-name-${problem.kind}`, label) },
  )
}

type SoFar = Pick<ListedPhotos, 'root' | 'files' | 'homes'>

/**
 * The photos of a folder, or none where there is none yet.
 *
 * @param list - gives what is in the folder; reads it anew by default
 * @throws `data`, `io`
 */
export async function photosSoFar(data: string, list = listPhotos): Promise<SoFar> {
  try {
    return asOnlyClass(data, await list(data))
  } catch (error) {
    if (error instanceof ChiquitoError && isWithoutPhotos(error)) return { root: data, files: [], homes: [] }
    throw error
  }
}

/** A class that stands alone is listed as a folder of photos; here it is the first of several. */
function asOnlyClass(data: string, listed: SoFar): SoFar {
  const { root, files, homes } = listed
  const [label, home] = [basename(root).normalize('NFC'), basename(root)]
  const isAlone =
    homes.length === 0 &&
    relative(data, root) === home &&
    files.every(file => file.label === label && file.split === undefined)
  if (!isAlone) return listed
  return {
    root: data,
    homes: [{ folder: home, label, split: undefined }],
    files: files.map(file => ({
      ...file,
      path: `${home}/${file.path}`,
      home,
      table: file.table === undefined ? undefined : `${home}/${file.table}`,
    })),
  }
}

/** Whether a listing failed because there is nothing to list yet. */
export function isWithoutPhotos({ code, message, cause }: ChiquitoError): boolean {
  return (code === 'data' && message.startsWith('There is no photo')) || errorCode(cause) === 'ENOENT'
}

/** The class's folder, absolute: see `homeFor`. @throws `data`, `usage`, `io` */
export async function classFolder(data: string, label: string): Promise<string> {
  const listed = await photosSoFar(data)
  return folderInside(listed.root, homeFor(listed, className(label)))
}

/** A folder in another one, whether it is there already or not. @throws `usage`: a link leads out; `io` */
async function folderInside(root: string, inner: string): Promise<string> {
  const folder = join(root, inner)
  const [outer, real] = await Promise.all([root, folder].map(realPathOf))
  if (outer === undefined || real === undefined || real === outer || real.startsWith(outer + sep))
    return folder
  throw new ChiquitoError(
    'usage',
    `"${inner}" is a link that leads out of "${root}", to "${real}": nothing is written there. Give another class, or put a folder in its place.`,
    { said: said('class-link', inner, real) },
  )
}

/** Undefined where there is nothing. @throws `io` */
async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw ioError(error, 'open', path)
  }
}

interface Known {
  readonly at: number
  readonly homes: Map<string, string>
  readonly listed: SoFar
  /** Absolute paths by size in bytes: only files of the same size can be copies, so others are never read. */
  readonly bySize: Map<number, string[]>
}

/** Takes photos into a data set: each is decoded, told where it is a copy, and put beside the others of its class under a plain name. */
export class Intake {
  private known: Known | undefined
  private readonly hashes = new Map<string, string>()
  private last: Promise<unknown> = Promise.resolve()

  /** @param data - folder of the data set; made with the first photo */
  constructor(private readonly data: string) {}

  /**
   * Takes a file over: it is moved into the data set, or removed where it is none of its photos.
   *
   * @param file - on the same disk, best of all; nobody else uses it
   * @param name - what it was called elsewhere
   * @throws `usage` for a class that cannot be; `data`; `io`
   */
  async take(
    file: string,
    { label, name }: { readonly label: string; readonly name: string },
  ): Promise<BroughtPhoto> {
    const to = className(label)
    try {
      const bytes = await readPhotoFile(file, 'photo')
      const { format, width, height } = await examinePhoto(bytes, 'photo')
      if (Math.min(width, height) < MIN_SIDE)
        return {
          outcome: 'refused',
          problem: 'small',
          reason: `It has ${width} × ${height} pixels, too few to show anything.`,
        }
      // Two of the same that come together are told apart only one after the other.
      return await this.inTurn(async () => {
        const of = await this.copyOf(bytes)
        if (of !== undefined) return { outcome: 'copy', of: this.inner(of) }
        const path = await this.put(file, to, fileName(name, format), bytes)
        return { outcome: 'added', path, width, height }
      })
    } catch (error) {
      if (error instanceof UnreadablePhoto)
        return { outcome: 'refused', problem: error.problem, reason: sentence(error.message) }
      throw error
    } finally {
      await rm(file, { force: true })
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work, work)
    this.last = turn.catch(() => undefined)
    return turn
  }

  private async copyOf(bytes: Uint8Array): Promise<string | undefined> {
    const { bySize } = await this.look()
    const candidates = bySize.get(bytes.length) ?? []
    if (candidates.length === 0) return undefined
    const sha256 = sha256Of(bytes)
    for (const path of candidates) if ((await this.hashOf(path)) === sha256) return path
    return undefined
  }

  private async hashOf(path: string): Promise<string | undefined> {
    const info = await lstat(path).catch(() => undefined)
    if (!info?.isFile()) return undefined
    const key = `${path}\0${info.size}\0${info.mtimeMs}`
    const known = this.hashes.get(key)
    if (known !== undefined) return known
    const hash = sha256Of(await readFile(path))
    this.hashes.set(key, hash)
    return hash
  }

  private async put(file: string, label: string, name: string, bytes: Uint8Array): Promise<string> {
    const { homes, listed, bySize } = await this.look()
    const home = homes.get(label) ?? homeFor(listed, label)
    homes.set(label, home)
    const folder = await folderInside(listed.root, home)
    await makeFolder(folder)
    const given = await moveIn(file, folder, name)
    // Beside photos that were collected a table says the classes, and passes over whatever it does not list.
    const path = join(folder, given)
    const table = join(folder, METADATA)
    if (listed.files.some(one => one.table === `${home}/${METADATA}`))
      await addLine(table, JSON.stringify({ file_name: given, label })).catch(async error => {
        // Without its line it would be passed over.
        await rm(path, { force: true })
        throw error
      })
    bySize.set(bytes.length, [...(bySize.get(bytes.length) ?? []), path])
    return this.inner(path)
  }

  /** Relative to the data set, with `/`. */
  private inner(path: string): string {
    return relative(this.data, path).replaceAll(sep, '/')
  }

  private async look(): Promise<Known> {
    if (this.known !== undefined && performance.now() - this.known.at < FRESH_MS) return this.known
    const listed = await photosSoFar(this.data)
    const bySize = new Map<number, string[]>()
    for (const inner of listed.files) {
      const path = join(listed.root, inner.path)
      const size = (await lstat(path).catch(() => undefined))?.size
      if (size !== undefined) bySize.set(size, [...(bySize.get(size) ?? []), path])
    }
    this.known = { at: performance.now(), homes: new Map(), listed, bySize }
    return this.known
  }
}

/** Adds a whole line or none of it: half a one would make the table unreadable. @throws `io` */
async function addLine(table: string, line: string): Promise<void> {
  const before = await lstat(table).catch(() => undefined)
  try {
    await appendFile(table, `${line}\n`)
  } catch (error) {
    if (before !== undefined) await truncate(table, before.size).catch(() => undefined)
    throw ioError(error, 'write', table)
  }
}

/** A plain name, with an ending by which other tools know the format. */
function fileName(name: string, format: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  const ending = extname(last).toLowerCase()
  const endings = otherEndings[format] ?? [`.${format}`]
  const stem = plainName(last.slice(0, last.length - ending.length), MAX_NAME_BYTES)
  return `${stem === '' ? 'photo' : stem}${endings.includes(ending) ? ending : endings[0]}`
}

/** Gives a file its place under a name that nothing has; a kill leaves it whole in one of the two places. */
async function moveIn(file: string, folder: string, name: string): Promise<string> {
  for (let i = 1; i <= MOST_TWINS; i++) {
    const free = i === 1 ? name : nameWith(name, `-${i}`)
    const place = join(folder, free)
    try {
      await link(file, place)
      return free
    } catch (error) {
      const code = errorCode(error)
      if (code === 'EEXIST') continue
      // Another disk, or one that knows no second name for a file.
      if (['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code ?? '')) {
        if (await copyTo(file, place)) return free
        continue
      }
      throw ioError(error, 'write', place)
    }
  }
  throw new ChiquitoError('io', `"${folder}" has too many files called like "${name}". Rename the photo.`)
}

/** Whether the name was free. */
async function copyTo(file: string, place: string): Promise<boolean> {
  const taken = await lstat(place).catch(() => undefined)
  if (taken !== undefined) return false
  const temporary = temporaryPath(place)
  try {
    await copyFile(file, temporary, constants.COPYFILE_EXCL)
    await rename(temporary, place)
    return true
  } catch (error) {
    await rm(temporary, { force: true })
    throw ioError(error, 'write', dirname(place))
  }
}

function sentence(message: string): string {
  const text = message.replace(/^photo: /, '')
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
