import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ChiquitoError } from '../core/index.js'
import { type ManifestSplit, readTable, type Split } from '../dataset/index.js'
import { ioError, sha256Pattern, writeFileAtomic } from '../files/index.js'

/** Manifest of a plain division, in a folder. */
export const MANIFEST_FILE = 'split.csv'

/** A photo's line. */
export interface ManifestRow {
  /** Relative to the folder of photos, with `/`. */
  readonly path: string
  readonly label: string
  readonly part: Split
  readonly sha256: string
}

/** Fold K of a cross-validation, 1 the first. */
export function foldFile(fold: number): string {
  return `fold-${fold}.csv`
}

const foldName = /^fold-(\d+)\.csv$/

/** Lines named in a message. */
const header = 'file_name,label,split,sha256'

/** Writes a manifest: CSV with columns `file_name`, `label`, `split` and `sha256`. @throws `io` */
export async function writeManifest(file: string, rows: readonly ManifestRow[]): Promise<void> {
  const lines = rows.map(({ path, label, part, sha256 }) => [path, label, part, sha256].map(cell).join(','))
  await writeFileAtomic(file, [header, ...lines].map(line => `${line}\n`).join(''))
}

function cell(text: string): string {
  return /[",;\t|\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * The division that a manifest says; the table may come from elsewhere, if it has columns `file_name` and `split`. What each photo held
 * when it was written is in `sha256`, where there is such a column.
 *
 * @throws `io`; `data` naming file and line
 */
export async function readManifest(file: string): Promise<ManifestSplit> {
  const table = await readTable(dirname(resolve(file)), basename(file))
  const column = (name: string) => table.columns.find(one => one.name === name)?.values
  const [paths, splits, hashes] = [column('file_name'), column('split'), column('sha256')]
  if (paths === undefined || splits === undefined)
    throw new ChiquitoError(
      'data',
      `"${file}" is no manifest of a division: it has no column "${paths === undefined ? 'file_name' : 'split'}". ` +
        `Expected the columns ${header}, as chiquito split writes them.`,
    )
  const parts: Record<Split, string[]> = { train: [], valid: [], test: [] }
  const seen = new Map<string, number>()
  const contents: [string, string][] = []
  paths.forEach((path, row) => {
    const split = splits[row]
    const isPart = split === 'train' || split === 'valid' || split === 'test'
    if (path === undefined || !isPart)
      throw new ChiquitoError(
        'data',
        `${table.where(row)}: ${path === undefined ? 'no file_name' : `split is ${split === undefined ? 'empty' : `"${split}"`}`}. ` +
          'Expected a photo and its part: train, valid or test.',
      )
    const earlier = seen.get(path)
    if (earlier !== undefined)
      throw new ChiquitoError(
        'data',
        `${table.where(row)}: "${path}" is in ${table.where(earlier)}, too. Keep one.`,
      )
    seen.set(path, row)
    parts[split].push(path)
    const sha256 = hashes?.[row]?.toLowerCase()
    if (sha256 !== undefined && sha256Pattern.test(sha256)) contents.push([path, sha256])
  })
  return { by: 'manifest', manifest: file, ...parts, ...(contents.length > 0 && { contents }) }
}

/**
 * The manifests that are meant: a file itself, or those of all folds in a folder, in order; where there are none, its plain
 * division.
 *
 * @throws `io`, `data`
 */
export async function manifestsAt(place: string): Promise<string[]> {
  try {
    if (!(await stat(place)).isDirectory()) return [place]
    const names = await readdir(place)
    const numberOf = (name: string) => Number(foldName.exec(name)?.[1] ?? 0)
    const folds = names.filter(name => foldName.test(name)).sort((a, b) => numberOf(a) - numberOf(b))
    const found = folds.length > 0 ? folds : names.filter(name => name === MANIFEST_FILE)
    if (found.length > 0) return found.map(name => join(place, name))
  } catch (error) {
    throw ioError(error, 'open', place)
  }
  throw new ChiquitoError(
    'data',
    `There is no manifest in "${place}". Expected ${foldFile(1)}, ${foldFile(2)}, … or ${MANIFEST_FILE}, as chiquito split ` +
      'writes them with --folds or --manifest.',
  )
}
