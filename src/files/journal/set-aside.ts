import { readdir, rm, rmdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { isLeftover, nameWith, removeLeftovers } from '../atomic.js'
import { errorCode, ioError } from '../io-error.js'
import { makeFolder } from '../make-folder.js'
import { hasMark, MARK_FILE, markOutput } from '../own-output.js'
import { type InnerFolder, kindOf } from './inner-path.js'

/** Visible, so that a person finds the photos; marked, so that it is never read as photos. */
const NAME = 'set-aside'
const KIND = 'set-aside'

/** A new file lies here until it takes its place; only one does at a time. */
const STAGED = '.staged'

/** The folder beside the photos into which those go that are taken out of the data. */
export class SetAside {
  private constructor(
    private readonly folder: InnerFolder,
    /** Below the root: `set-aside`, or with a number where a person has a folder of that name. */
    readonly name: string,
  ) {}

  /** Made where there is none yet. @throws `io` */
  static async open(folder: InnerFolder): Promise<SetAside> {
    const aside = await SetAside.preview(folder)
    const path = join(folder.root, aside.name)
    await makeFolder(path)
    await removeLeftovers(path, MARK_FILE)
    await markOutput(path, KIND)
    return aside
  }

  /** As it would be opened; nothing is made. @throws `io` */
  static async preview(folder: InnerFolder): Promise<SetAside> {
    for (let number = 1; ; number++) {
      const name = number === 1 ? NAME : `${NAME}-${number}`
      if (await isUsable(join(folder.root, name))) return new SetAside(folder, name)
    }
  }

  /** Where a file lies ready before it takes its place. */
  get staged(): string {
    return `${this.name}/${STAGED}`
  }

  /** Whether a path is of something that was set aside. */
  holds(path: string): boolean {
    return path.startsWith(`${this.name}/`)
  }

  /** A free place for a photo: `set-aside/exact-copies/train/cat/1.jpg`. @throws `io` */
  placeFor(path: string, why: string, isTaken?: (path: string) => boolean): Promise<string> {
    return freePath(this.folder, `${this.name}/${why}/${path}`, isTaken)
  }
}

/** Whether a path is one at which photos are set aside, whether or not such a folder is there. */
export function isAside(path: string): boolean {
  return new RegExp(`^${NAME}(-\\d+)?/`).test(path)
}

/** The path itself where nothing is, else with a number: `cat/1 (2).jpg`. @throws `io`, `data` */
export async function freePath(
  folder: InnerFolder,
  path: string,
  isTaken: (path: string) => boolean = () => false,
): Promise<string> {
  const name = posix.basename(path)
  const before = path.slice(0, path.length - name.length)
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? path : `${before}${nameWith(name, ` (${number})`)}`
    if (!isTaken(candidate) && (await kindOf(await folder.at(candidate))) === 'nothing') return candidate
  }
}

/** Clears away what is empty of the folders for what was set aside, and what a kill left there. @throws `io` */
export async function tidySetAside(folder: InnerFolder): Promise<void> {
  for (const name of await setAsideIn(folder)) {
    const path = join(folder.root, name)
    await rm(join(path, STAGED), { force: true })
    await removeEmpty(path)
    const left = await readdir(path).catch(() => [MARK_FILE, ''])
    if (left.some(one => one !== MARK_FILE)) continue
    await rm(join(path, MARK_FILE), { force: true })
    await rmdir(path).catch(() => undefined)
  }
}

/** Every file that was set aside, below the root. @throws `io` */
export async function filesSetAside(folder: InnerFolder): Promise<string[]> {
  const files: string[] = []
  const visit = async (inner: string): Promise<void> => {
    for (const entry of await entriesLeft(join(folder.root, inner))) {
      const path = `${inner}/${entry.name}`
      if (entry.isDirectory()) await visit(path)
      else if (![MARK_FILE, STAGED].includes(entry.name)) files.push(path)
    }
  }
  for (const name of await setAsideIn(folder)) await visit(name)
  return files
}

async function setAsideIn({ root }: InnerFolder): Promise<string[]> {
  const names = (await entriesOf(root)).filter(entry => entry.isDirectory()).map(({ name }) => name)
  const ours: string[] = []
  for (const name of names)
    if (name.startsWith(NAME) && (await hasMark(join(root, name), KIND))) ours.push(name)
  return ours
}

async function entriesOf(path: string) {
  return readdir(path, { withFileTypes: true }).catch(error => {
    throw ioError(error, 'read the folder', path)
  })
}

/** Of a folder that may go while it is looked at, as what lay in it comes back: then it holds nothing. */
async function entriesLeft(path: string) {
  return readdir(path, { withFileTypes: true }).catch(error => {
    if (errorCode(error) === 'ENOENT') return []
    throw ioError(error, 'read the folder', path)
  })
}

/** Nothing there, ours, or an empty folder: a kill leaves one that has no mark yet, or no longer. */
async function isUsable(path: string): Promise<boolean> {
  const kind = await kindOf(path)
  if (kind !== 'folder') return kind === 'nothing'
  if (await hasMark(path, KIND)) return true
  return (await entriesLeft(path)).every(({ name }) => isLeftover(name, MARK_FILE))
}

async function removeEmpty(path: string): Promise<void> {
  for (const entry of await entriesLeft(path)) {
    if (!entry.isDirectory()) continue
    const inner = join(path, entry.name)
    await removeEmpty(inner)
    // Only where nothing is in it.
    await rmdir(inner).catch(() => undefined)
  }
}
