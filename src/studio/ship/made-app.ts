import { readFile, realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { z } from 'zod'
import { errorCode, hasMark, ioError } from '../../files/index.js'
import type { AppAnswer } from '../api/ship.js'
import { keep, modelMark, readKept } from '../runs/index.js'
import type { Workspace } from '../workspace.js'

const appRecordSchema = z.object({
  title: z.string(),
  /** Bytes that a first visit fetches, compressed by the host. */
  bytes: z.number(),
  /** Of the model that it was made of. */
  model: z.string(),
})
type AppRecord = z.infer<typeof appRecordSchema>

/** Beside the jobs: nothing of the studio's own goes into a folder that is to be put on a web host. */
const recordOf = ({ home }: Pick<Workspace, 'home'>, run: string) => join(home, 'apps', `${run}.json`)

/** Remembers how a run's page was made. @throws `io` */
export function keepAppRecord(
  run: string,
  places: Pick<Workspace, 'home'>,
  record: AppRecord,
): Promise<void> {
  return keep(recordOf(places, run), record)
}

/** The page that was made of a run, where there is one. @throws `io` */
export async function appOf(run: string, { apps, runs, home }: Workspace): Promise<AppAnswer | null> {
  const folder = join(apps, run)
  if (!(await hasMark(folder, 'app'))) return null
  const record = await readKept(recordOf({ home }, run), appRecordSchema)
  if (record === undefined) return null
  const { title, bytes, model } = record
  return { folder, title, bytes, isCurrent: model === (await modelMark(join(runs, run))) }
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
}

/** A file of an exported page, with its type; undefined for whatever is none. @throws `io` */
export async function appFile(
  folder: string,
  name: string,
): Promise<{ readonly bytes: Buffer<ArrayBuffer>; readonly type: string } | undefined> {
  const type = types[extname(name).toLowerCase()] ?? 'application/octet-stream'
  if (!/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(name)) return undefined
  try {
    const [root, file] = [await realpath(folder), await realpath(join(folder, name))]
    // A link in it may lead anywhere.
    if (!file.startsWith(root + sep) || !(await stat(file)).isFile()) return undefined
    return { bytes: await readFile(file), type }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined
    throw ioError(error, 'read', join(folder, name))
  }
}
