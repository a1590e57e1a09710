import { open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { isThere, JOURNAL } from '../../files/index.js'
import { METADATA } from '../metadata-lines.js'

/** What a collection remembers; it lies in the folder of its photos. */
const COLLECTION = '.collect.jsonl'

/** A line is a few hundred bytes; titles can be long. */
const BEGINNING_BYTES = 16 * 1024

/** What every collection says of a photo. */
const lineSchema = z.object({ label: z.string(), source: z.string(), source_url: z.string() })

/**
 * Whether a folder is a class whose photos were collected: the first of several, more likely than a data set with a folder around it.
 * Where somebody worked on it as on a data set, it stays one.
 */
export async function isCollectedClass(folder: string): Promise<boolean> {
  if (await isThere(join(folder, JOURNAL))) return false
  // While it is being collected there are photos before there are lines.
  if (await isThere(join(folder, COLLECTION))) return true
  const line = lineSchema.safeParse(await firstLineOf(join(folder, METADATA)))
  return line.success && line.data.label.normalize('NFC') === basename(folder).normalize('NFC')
}

/** Undefined where it cannot be read. */
async function firstLineOf(path: string): Promise<unknown> {
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0)
    return JSON.parse(buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0])
  } catch {
    return undefined
  } finally {
    await file.close()
  }
}
