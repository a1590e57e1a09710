import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join, parse, resolve } from 'node:path'
import { z } from 'zod'
import { ChiquitoError, said } from '../core/index.js'
import { listPhotos } from '../dataset/index.js'
import {
  errorCode,
  ioError,
  isOutputFolder,
  isRunFolder,
  makeFolder,
  writeFileAtomic,
} from '../files/index.js'

/** Where the studio works; all paths absolute. */
export interface Workspace {
  /** The folder that was given. */
  readonly dir: string
  /** Its last part, for titles. */
  readonly name: string
  /** The data set: class folders, or whatever else `openDataset` takes. */
  readonly photos: string
  readonly runs: string
  readonly apps: string
  /** Jobs, findings and uploads that are not finished; hidden. */
  readonly home: string
  /** The folder held a data set already, and is that data set. */
  readonly isInPlace: boolean
}

/** Hidden, so that nothing takes it for photos. */
const HOME = '.chiquito'

/** In {@link HOME}: what was decided when the folder was first opened, so that it stays so whatever is put there. */
const RECORD = 'studio.json'
const FORMAT = 'chiquito-studio'

const recordSchema = z.object({ format: z.literal(FORMAT), isInPlace: z.boolean() })

/** What an empty workspace grows: none of it is a data set that was there before. */
const ownFolders = new Set(['photos', 'runs', 'apps'])

/** Where archives wait for the job that unpacks them. */
export function archivesFolder({ home }: Pick<Workspace, 'home'>): string {
  return join(home, 'archives')
}

/**
 * Opens a folder to work in: a data set where it lies, or else a place for one, in which photos, runs and apps have folders
 * of their own.
 *
 * @throws `io`: there is no such folder, or it cannot be written; `usage`: a folder too large to be meant, or one with a run
 */
export async function openWorkspace(given: string): Promise<Workspace> {
  const dir = await realFolder(given)
  if (dir === parse(dir).root || dir === (await realpath(homedir()).catch(() => undefined)))
    throw new ChiquitoError(
      'usage',
      `"${dir}" holds more than photos. Give a folder for this work, new or with the photos in it: chiquito studio my-photos`,
    )
  if (await isRunFolder(dir))
    throw new ChiquitoError('usage', `"${dir}" is a run. Give the folder of its photos, or a new one.`)
  const home = join(dir, HOME)
  const isInPlace = await wasInPlace(home, dir)
  await makeFolder(home)
  await writeFileAtomic(join(home, RECORD), `${JSON.stringify({ format: FORMAT, isInPlace })}\n`)
  const base = isInPlace ? home : dir
  return {
    dir,
    name: basename(dir),
    photos: isInPlace ? dir : join(dir, 'photos'),
    runs: join(base, 'runs'),
    apps: join(base, 'apps'),
    home,
    isInPlace,
  }
}

/** @throws `io`: the folder was taken away while the studio works in it */
export async function requireThere({ dir }: Pick<Workspace, 'dir'>): Promise<void> {
  const there = await stat(dir).catch(() => undefined)
  if (there?.isDirectory()) return
  throw new ChiquitoError(
    'io',
    `The folder "${dir}" is not there any more. Bring it back, or stop the studio and start it in another folder.`,
    { said: said('folder-gone', dir) },
  )
}

async function realFolder(given: string): Promise<string> {
  const path = resolve(given)
  try {
    await makeFolder(path)
    const real = await realpath(path)
    if (!(await stat(real)).isDirectory())
      throw new ChiquitoError('usage', `"${path}" is a file. Give a folder.`)
    return real
  } catch (error) {
    throw ioError(error, 'open the folder', path)
  }
}

async function wasInPlace(home: string, dir: string): Promise<boolean> {
  const path = join(home, RECORD)
  try {
    return recordSchema.parse(JSON.parse(await readFile(path, 'utf8'))).isInPlace
  } catch (error) {
    const isDamaged = error instanceof SyntaxError || error instanceof z.ZodError
    if (!isDamaged && errorCode(error) !== 'ENOENT') throw ioError(error, 'read', path)
    return holdsDataset(dir)
  }
}

/** Whether photos lie in it, other than in a workspace's own folders. */
async function holdsDataset(dir: string): Promise<boolean> {
  const others: string[] = []
  for (const { name } of await readdir(dir, { withFileTypes: true }))
    if (!name.startsWith('.') && !ownFolders.has(name) && !(await isOutputFolder(join(dir, name))))
      others.push(name)
  if (others.length === 0) return false
  return listPhotos(dir).then(
    ({ files }) => files.length > 0,
    error => {
      // Folders that contradict each other are a data set in need of help; a folder without photos is none.
      if (error instanceof ChiquitoError && error.code === 'data')
        return !error.message.startsWith('There is no photo')
      throw error
    },
  )
}
