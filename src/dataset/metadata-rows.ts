import { lstat, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { z } from 'zod'
import { parsedJson } from '../core/index.js'
import { METADATA } from './metadata-lines.js'

/** As large as a table with labels may be. */
const MAX_BYTES = 128 * 1024 * 1024

const rowSchema = z.record(z.string(), z.unknown())

export type MetadataRow = Readonly<Record<string, unknown>>

/**
 * What each `metadata.jsonl` of a data set says of its photos, by path: those in the photos' folders and in the folders
 * around them, the inner ones before. A link is not followed, as it could lead to a private file.
 *
 * @param root - absolute
 * @param paths - of the photos, relative to it
 */
export async function metadataRows(
  root: string,
  paths: readonly string[],
): Promise<{ readonly rows: ReadonlyMap<string, MetadataRow>; readonly notices: readonly string[] }> {
  const rows = new Map<string, MetadataRow>()
  const notices: string[] = []
  // Outer folders first, so that what stands nearer to a photo is what holds.
  for (const folder of foldersOf(paths)) {
    const path = posix.join(folder, METADATA)
    const info = await lstat(join(root, path)).catch(() => undefined)
    if (!info?.isFile()) continue
    if (info.size > MAX_BYTES) {
      notices.push(`"${path}" has ${info.size} bytes, more than the ${MAX_BYTES} that are read: let be.`)
      continue
    }
    const text = await readFile(join(root, path), 'utf8').catch(() => '')
    const damaged = addRows(rows, folder, text)
    if (damaged > 0)
      notices.push(`"${path}": ${damaged} of its lines are no JSON objects with a file_name: passed over.`)
  }
  return { rows, notices }
}

/** Folders in which photos lie, and all around them, the outermost first. */
function foldersOf(paths: readonly string[]): string[] {
  const folders = new Set<string>([''])
  for (const path of paths)
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at))
  return [...folders].sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1))
}

function addRows(rows: Map<string, MetadataRow>, folder: string, text: string): number {
  let damaged = 0
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const row = rowSchema.safeParse(parsedJson(line)).data
    if (typeof row?.file_name !== 'string') damaged++
    else rows.set(posix.join(folder, row.file_name), row)
  }
  return damaged
}
