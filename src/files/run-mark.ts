import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { errorCode, ioError } from './io-error.js'

/** What `run.json` says of itself. */
export const RUN_FORMAT = 'chiquito-run'

/** `run.json` is a page of text; anything larger is not ours and is not read into memory. */
const MAX_RUN_JSON_BYTES = 16 * 1024 * 1024

const markerSchema = z.object({ format: z.literal(RUN_FORMAT) })

/** Whether a folder holds a run of ours, finished or not. Never throws: a folder of photos is asked, too. */
export async function isRunFolder(folder: string): Promise<boolean> {
  return isRunJson(await readRunJson(join(folder, 'run.json')).catch(() => undefined))
}

/** Whether a value read from a `run.json` is a run's of ours, damaged or newer perhaps. */
export function isRunJson(value: unknown): boolean {
  return markerSchema.safeParse(value).success
}

/** The value in a `run.json`; undefined when there is no such file or it is not JSON. @throws `io` */
export async function readRunJson(path: string): Promise<unknown> {
  try {
    const info = await stat(path)
    if (!info.isFile() || info.size > MAX_RUN_JSON_BYTES) return undefined
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError || ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? ''))
      return undefined
    throw ioError(error, 'read', path)
  }
}
