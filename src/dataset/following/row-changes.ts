import { extname, posix } from 'node:path'
import type { TextChange } from '../../files/index.js'
import { nameOf } from '../folders/index.js'
import type { PhotoTable } from './photo-table.js'
import { withLabel } from './with-label.js'

/** What became of a photo. */
export interface PhotoFate {
  /** Its new path; undefined where it is no longer among the photos. */
  readonly to: string | undefined
  /** What a row may say of the file itself: `sha256`, `width`, `height`; each with what was true before. */
  readonly facts?: Readonly<Record<string, { readonly was: unknown; readonly now: unknown }>> | undefined
  /** The class that a person gave it, for tables that say it is of the one before. */
  readonly label?: { readonly was: string; readonly now: string } | undefined
}

/** Some rows cannot be changed: the file is not laid out as it was read. */
export type RowChanges = { readonly changes: TextChange[] } | { readonly problem: string }

/**
 * The changes that keep a table in step with its photos: rows of photos that are gone go, names of photos that were renamed or
 * moved follow, and so do classes, where the table says them.
 *
 * @param text - the table's, in UTF-8
 */
export function rowChanges(
  table: PhotoTable,
  text: string,
  fates: ReadonlyMap<string, PhotoFate>,
): RowChanges {
  const records = recordsOf(table, text)
  if (records === undefined) return { problem: 'its lines are not laid out so that one can be changed alone' }
  const changes: TextChange[] = []
  for (const [i, { value, photo }] of table.rows.entries()) {
    const fate = photo === undefined ? undefined : fates.get(photo)
    if (fate === undefined) continue
    const { at, text: was } = records[i]
    const now = fate.to === undefined ? '' : followed(table, was, value, photo ?? '', fate)
    const labelled =
      fate.label === undefined || now === '' ? now : withLabel(table, i, now, fate.label, records)
    if (labelled === undefined)
      return { problem: `its lines are not laid out so that a class can be changed alone` }
    if (labelled !== was) changes.push({ at, was, now: labelled })
  }
  return { changes }
}

export interface TextRecord {
  readonly at: number
  readonly text: string
}

/** The text of each row, with its end; undefined where they are not as many as there are rows. */
function recordsOf({ path, rows }: PhotoTable, text: string): TextRecord[] | undefined {
  const hasQuotes = /\.(csv|tsv|tab)$/i.test(path)
  const records = split(text, hasQuotes).filter(record => record.text.replace('\uFEFF', '').trim() !== '')
  if (/^\uFEFF?sep=.\r?\n/.test(text)) records.shift()
  const headers = records.length - rows.length
  return headers === 0 || headers === 1 ? records.slice(headers) : undefined
}

/** Lines; a quoted cell may go on in the next one. */
function split(text: string, hasQuotes: boolean): TextRecord[] {
  const records: TextRecord[] = []
  let start = 0
  let isQuoted = false
  for (let i = 0; i < text.length; i++) {
    if (hasQuotes && text[i] === '"') isQuoted = !isQuoted
    const isEnd = text[i] === '\n' || (text[i] === '\r' && text[i + 1] !== '\n')
    if (!isEnd || isQuoted) continue
    records.push({ at: start, text: text.slice(start, i + 1) })
    start = i + 1
  }
  if (start < text.length) records.push({ at: start, text: text.slice(start) })
  return records
}

/** A row with the photo's new name. */
function followed(
  { path, column }: PhotoTable,
  row: string,
  value: string,
  photo: string,
  fate: PhotoFate,
): string {
  const isJson = !/\.(csv|tsv|tab|txt)$/i.test(path)
  if (isJson) return followedJson(row, column, value, newName(value, photo, fate), fate)
  const name = newName(value, photo, fate)
  const at = name === value ? -1 : row.indexOf(value)
  return at < 0 ? row : row.slice(0, at) + name + row.slice(at + value.length)
}

/** What the table calls the photo from now on. Where only its name changed, the last step does, if that has an extension. */
function newName(value: string, photo: string, { to = '' }: PhotoFate): string {
  if (posix.dirname(to) !== posix.dirname(photo)) return movedName(value, photo, to)
  const [, before, last] = /^(.*[\\/])?([^\\/]*)$/s.exec(value) ?? ['', '', value]
  return extname(last) === '' ? value : `${before ?? ''}${nameOf(to)}`
}

/** As many of the last steps of the old path as stand in the table give way to those of the new one. */
function movedName(value: string, photo: string, to: string): string {
  const mark = value.includes('\\') ? '\\' : '/'
  const bare = (path: string) => path.slice(0, path.length - extname(path).length).normalize('NFC')
  const [steps, old, now] = [value.split(/[\\/]/), photo.split('/'), to.split('/')]
  const isBare = extname(steps.at(-1) ?? '') === ''
  let same = 0
  while (same < Math.min(steps.length, old.length)) {
    const [a = '', b = ''] = [steps.at(-1 - same), old.at(-1 - same)]
    if (a.normalize('NFC') !== b.normalize('NFC') && !(same === 0 && bare(a) === bare(b))) break
    same++
  }
  if (same === 0) return value
  const end = now.slice(Math.min(now.length - 1, Math.max(0, old.length - same)))
  const named = [...steps.slice(0, steps.length - same), ...end].join(mark)
  return isBare ? named.slice(0, named.length - extname(named).length) : named
}

/** Written anew only where a name or a fact changes; as it stands where only the name does. */
function followedJson(row: string, column: string, value: string, name: string, fate: PhotoFate): string {
  const [was, now] = [JSON.stringify(value), JSON.stringify(name)]
  const parsed: unknown = JSON.parse(row.replace('\uFEFF', ''))
  if (typeof parsed !== 'object' || parsed === null) return row
  const changed: Record<string, unknown> = { ...parsed }
  if (changed[column] === value) changed[column] = name
  let hasFacts = false
  for (const [key, fact] of Object.entries(fate.facts ?? {}))
    if (Object.hasOwn(changed, key) && changed[key] === fact.was && fact.was !== fact.now) {
      changed[key] = fact.now
      hasFacts = true
    }
  const isPlain = !hasFacts && row.split(was).length === 2
  if (isPlain) return row.replace(was, () => now)
  const end = /\r?\n?$/.exec(row)?.[0] ?? ''
  return `${row.startsWith('\uFEFF') ? '\uFEFF' : ''}${JSON.stringify(changed)}${end}`
}
