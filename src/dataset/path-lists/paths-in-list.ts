import { extname } from 'node:path'
import { z } from 'zod'
import { ChiquitoError } from '../../core/index.js'
import { streamColumn } from '../tables/index.js'
import { linesOf, textOf } from './lines.js'

/** The column that holds the paths, as in what `predict --out` writes. */
const COLUMN = 'path'

/** More than any system takes as a path. */
const MAX_PATH_CHARACTERS = 32 * 1024

const endings = new Set(['.txt', '.csv', '.tsv', '.jsonl', '.ndjson'])

/** Whether a file's name is a list's: no photo is called so. */
export function isListName(file: string): boolean {
  return endings.has(extname(file).toLowerCase())
}

/**
 * The paths that a list of photos names, in its order, without holding the list in memory. By the list's name it is a table (`.csv`, `.tsv`) or
 * JSON lines (`.jsonl`, `.ndjson`) with a column `path`, or else a text with a path a line.
 *
 * @param chunks - the list's bytes
 * @param name - of the list: decides what it is, and is named in messages
 * @throws `data` for what is no such list
 */
export async function* pathsInList(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string> {
  const texts = textOf(chunks)
  const ending = extname(name).toLowerCase()
  if (ending === '.csv' || ending === '.tsv') {
    for await (const { value, where } of streamColumn(texts, name, COLUMN)) yield checked(value, where)
    return
  }
  const isJson = ending === '.jsonl' || ending === '.ndjson'
  for await (const { text, number } of linesOf(texts, name)) {
    const where = `"${name}" line ${number}`
    yield checked(isJson ? pathIn(text, where) : text, where)
  }
}

const lineSchema = z.object({ [COLUMN]: z.string() })

function pathIn(text: string, where: string): string {
  try {
    return lineSchema.parse(JSON.parse(text))[COLUMN]
  } catch (cause) {
    throw new ChiquitoError(
      'data',
      `${where}: expected JSON with a path such as {"path": "photos/1.jpg"}, got ${shown(text)}.`,
      { cause },
    )
  }
}

/** A photo or an archive that was given as a list is told, rather than a million strange names of files; a row without a path, rather than left out. */
function checked(path: string, where: string): string {
  if (path === '' || path.includes('\0') || path.length > MAX_PATH_CHARACTERS)
    throw new ChiquitoError('data', `${where}: expected the path of a photo, got ${shown(path)}.`)
  return path
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
