import { basename, join } from 'node:path'
import { z } from 'zod'
import { METADATA, photoOfLine } from '../../dataset/index.js'
import { LogWriter, textIfThere, writeFileAtomic } from '../../files/index.js'
import type { Candidate } from './history.js'

/**
 * What is known of a photo, a line of `metadata.jsonl` each: the file under which Hugging Face's `imagefolder` looks for
 * labels, so the first two names are its own.
 */
export interface MetadataRow {
  readonly file_name: string
  readonly label: string
  /** The source's name. */
  readonly source: string
  readonly source_url: string
  readonly page_url: string | null
  /** Code and version: `by-sa 4.0`. */
  readonly license: string | null
  readonly license_url: string | null
  /** Null where the source does not say. */
  readonly may_use_commercially: boolean | null
  readonly may_change: boolean | null
  readonly must_name: boolean | null
  readonly creator: string | null
  readonly title: string | null
  readonly width: number
  readonly height: number
  readonly sha256: string
  readonly phash: string
  /** ISO 8601. */
  readonly fetched_at: string
}

/** What says who made a photo. */
export type AttributedRow = Pick<
  MetadataRow,
  'file_name' | 'source_url' | 'page_url' | 'license' | 'license_url' | 'creator' | 'title'
>

const text = z
  .string()
  .nullish()
  .transform(said => said || null)

/** A line that some collection wrote: a person's own lines tell of no source. */
const otherSchema = z.object({
  file_name: z.string(),
  source: z.string().min(1),
  source_url: z.string().default(''),
  page_url: text,
  license: text,
  license_url: text,
  creator: text,
  title: text,
})

/** The line of a photo that was kept. */
export function rowOf(root: string, { file, folder, source, found, arrived }: Candidate): MetadataRow {
  const { licence } = found
  return {
    file_name: file ?? '',
    label: folder === '' ? basename(root) : folder,
    source,
    source_url: found.address,
    page_url: found.page ?? null,
    license: licence === undefined ? null : [licence.code, licence.version ?? ''].join(' ').trim(),
    license_url: licence?.address ?? null,
    may_use_commercially: licence?.commercial ?? null,
    may_change: licence?.changes ?? null,
    must_name: licence?.naming ?? null,
    creator: found.creator ?? null,
    title: found.title ?? null,
    width: arrived?.width ?? 0,
    height: arrived?.height ?? 0,
    sha256: arrived?.sha256 ?? '',
    phash: arrived?.phash ?? '',
    fetched_at: arrived?.at ?? '',
  }
}

/**
 * A row as it stands in the file: a column has one type in every file, as `imagefolder` does not open folders of which one
 * has only nulls where another has text. What is not known is an empty text, and not allowed: where `license` is empty,
 * nothing was said.
 */
export function lineOf(row: MetadataRow) {
  return {
    ...row,
    page_url: row.page_url ?? '',
    license: row.license ?? '',
    license_url: row.license_url ?? '',
    may_use_commercially: row.may_use_commercially ?? false,
    may_change: row.may_change ?? false,
    must_name: row.must_name ?? true,
    creator: row.creator ?? '',
    title: row.title ?? '',
  }
}

/**
 * `metadata.jsonl` of a collection: when it is opened, with the lines that are there, as they are (`doctor` or a person may have
 * changed what they say), but those of photos that are gone; then what the log says of photos without one, and a line for each that comes.
 */
export class MetadataFile {
  private constructor(
    private readonly log: LogWriter,
    /** What other collections, such as `collect lfw`, said here of their photos. */
    readonly others: readonly AttributedRow[],
  ) {}

  /**
   * @param kept - all that the collection ever kept, also those that the person has taken away
   * @throws `io`
   */
  static async open(root: string, kept: readonly Candidate[]): Promise<MetadataFile> {
    const path = join(root, METADATA)
    const before = await textIfThere(path)
    const own = new Map(kept.map(one => [one.file, one]))
    const there = wholeLines(before).map(line => ({ line, photo: photoOfLine(line) }))
    const left = there.filter(({ photo }) => own.get(photo)?.isGone !== true)
    const told = new Set(left.map(({ photo }) => photo))
    const missing = kept.filter(({ isGone, file }) => !isGone && !told.has(file))
    const lines = [
      ...left.map(({ line }) => line),
      ...missing.map(one => JSON.stringify(lineOf(rowOf(root, one)))),
    ]
    const text = lines.map(line => `${line}\n`).join('')
    if (before !== text) await writeFileAtomic(path, text)
    const others = left.flatMap(({ line, photo }) => (own.has(photo) ? [] : otherRow(line)))
    return new MetadataFile(LogWriter.open(path), others)
  }

  /** @throws `io` */
  append(row: MetadataRow): void {
    this.log.append(lineOf(row))
  }

  close(): void {
    this.log.close()
  }
}

function otherRow(line: string): AttributedRow[] {
  try {
    const row = otherSchema.safeParse(JSON.parse(line))
    return row.success ? [row.data] : []
  } catch {
    return []
  }
}

/** Lines, without one at the end that a kill or a full disk has torn: its photo comes again from the log. */
function wholeLines(text: string): string[] {
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  return [...lines, ...(photoOfLine(last) === undefined ? [] : [last])].filter(line => line.trim() !== '')
}
