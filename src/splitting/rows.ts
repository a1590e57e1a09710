import { join } from 'node:path'
import { METADATA, photoOfLine, type Split } from '../dataset/index.js'
import { removeLeftovers, textIfThere, writeFileAtomic } from '../files/index.js'
import { isFolderName } from './names.js'

const parts: readonly Split[] = ['train', 'valid', 'test']

/** A photo in its new place, and what was said of it in the old one. */
export interface RowSource {
  /** `train/cat/1.jpg`. */
  readonly file: string
  readonly label: string
  readonly row: Readonly<Record<string, unknown>> | undefined
}

/**
 * Writes `metadata.jsonl` of each part: the rows of its photos under their new names. A metadata file decides alone for the
 * photos below it, so there is a line for every photo, or no file: where nothing is said of any, folders say the class.
 *
 * @param folder - of the data set
 * @throws `io`
 */
export async function writeRows(folder: string, photos: readonly RowSource[]): Promise<void> {
  for (const part of parts) {
    const own = photos.filter(({ file }) => file.startsWith(`${part}/`))
    const path = join(folder, part, METADATA)
    await removeLeftovers(join(folder, part), METADATA)
    const before = await linesIn(path)
    const isNeeded =
      before.size > 0 || own.some(({ row, label }) => row !== undefined || !isFolderName(label))
    if (own.length === 0 || !isNeeded) continue
    const known = new Set(own.map(({ file }) => file.slice(part.length + 1)))
    // What a person wrote there stays, also of photos that are none of these.
    const others = [...before].filter(([name]) => !known.has(name)).map(([, line]) => line)
    const lines = own.map(({ file, label, row }) => {
      const name = file.slice(part.length + 1)
      return before.get(name) ?? JSON.stringify({ ...row, file_name: name, label })
    })
    await writeFileAtomic(path, [...others, ...lines].map(line => `${line}\n`).join(''))
  }
}

/** The lines of a metadata file, by the photo they are about; lines that are about none under names of their own. */
async function linesIn(path: string): Promise<Map<string, string>> {
  const lines = new Map<string, string>()
  for (const line of (await textIfThere(path)).split('\n'))
    if (line.trim() !== '') lines.set(photoOfLine(line) ?? `\0${lines.size}`, line)
  return lines
}
