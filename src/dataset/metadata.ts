import { open, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { z } from 'zod'
import { ChiquitoError } from '../core/index.js'
import { describeIssue, ioError } from '../files/index.js'

/** Two million lines of 250 characters; memory holds only names and labels. */
const MAX_METADATA_BYTES = 512 * 1024 * 1024

/** A line is one photo's facts; a file without line ends must not become one string. */
const MAX_LINE_CHARACTERS = 1024 * 1024

/** The convention of Hugging Face's `imagefolder`; columns not named here are let be. */
const lineSchema = z.looseObject({
  /** Path of the photo, relative to the metadata file. */
  file_name: z.string().min(1),
  label: z.union([z.string(), z.number(), z.boolean()]).nullish(),
})

/** What `metadata.jsonl` says of one photo. */
export interface MetadataEntry {
  /** Relative to the data set's root, with `/`. */
  readonly path: string
  readonly label: string | undefined
  /** Where it is said, for messages: `train/metadata.jsonl line 3`. */
  readonly where: string
}

/**
 * Reads a `metadata.jsonl`: one JSON object a line with `file_name` (relative to the file's folder, never leaving it)
 * and perhaps `label`. Empty lines are let be.
 *
 * @param path - of the file, relative to `root`, with `/`
 * @throws `io`; `data` naming file and line
 */
export async function readMetadata(root: string, path: string): Promise<MetadataEntry[]> {
  const absolute = join(root, path)
  const entries: MetadataEntry[] = []
  let number = 0
  try {
    const { size } = await stat(absolute)
    if (size > MAX_METADATA_BYTES)
      throw new ChiquitoError(
        'data',
        `"${absolute}" has ${size} bytes; at most ${MAX_METADATA_BYTES} are read.`,
      )
    const file = await open(absolute, 'r')
    for await (const line of file.readLines({ encoding: 'utf8' })) {
      number++
      const text = number === 1 ? line.replace(/^\uFEFF/, '') : line
      if (text.trim() !== '') entries.push(parseLine(text, posix.dirname(path), `${path} line ${number}`))
    }
  } catch (error) {
    throw ioError(error, 'read', absolute)
  }
  return entries
}

/**
 * What all metadata files together say: by path, the label given.
 *
 * @throws `data` when two lines give one photo different labels
 */
export function labelsByPath(entries: readonly MetadataEntry[]): Map<string, string> {
  const labels = new Map<string, MetadataEntry & { label: string }>()
  for (const entry of entries) {
    const { path, label, where } = entry
    if (label === undefined) continue
    const earlier = labels.get(path)
    if (earlier !== undefined && earlier.label !== label)
      throw new ChiquitoError(
        'data',
        `"${path}" is labelled "${earlier.label}" (${earlier.where}) and "${label}" (${where}). Keep one of the two.`,
      )
    labels.set(path, { path, label, where })
  }
  return new Map([...labels].map(([path, { label }]) => [path, label]))
}

function parseLine(line: string, folder: string, where: string): MetadataEntry {
  const fail = (what: string) =>
    new ChiquitoError(
      'data',
      `${where}: ${what}. Expected JSON such as {"file_name": "1.jpg", "label": "cat"}.`,
    )
  if (line.length > MAX_LINE_CHARACTERS)
    throw fail(`the line has more than ${MAX_LINE_CHARACTERS} characters`)
  const result = lineSchema.safeParse(parseJson(line, fail))
  if (!result.success) throw fail(describeIssue(result.error))
  const { file_name, label } = result.data
  const path = inside(folder, file_name)
  if (path === undefined)
    throw fail(`file_name ${JSON.stringify(file_name)} leads out of the folder of the file`)
  return { path, label: label === undefined || label === null ? undefined : labelText(label, fail), where }
}

function parseJson(line: string, fail: (what: string) => Error): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw fail('not valid JSON')
  }
}

function labelText(label: string | number | boolean, fail: (what: string) => Error): string {
  const text = String(label).normalize('NFC')
  if (text.trim() === '' || /\p{Cc}/u.test(text)) throw fail(`label ${JSON.stringify(label)} is not a name`)
  return text
}

/** The file's path below the root; undefined for absolute paths, drive letters and paths that climb out. */
function inside(folder: string, fileName: string): string | undefined {
  const name = fileName.replaceAll('\\', '/')
  if (name.startsWith('/') || /^[a-z]:/i.test(name) || name.includes('\0')) return undefined
  const normal = posix.normalize(name)
  if (normal === '.' || normal === '..' || normal.startsWith('../') || normal.endsWith('/')) return undefined
  return folder === '.' ? normal : `${folder}/${normal}`
}
