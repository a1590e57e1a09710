import { ChiquitoError } from '../../core/index.js'
import { isMetadata, nameOf, partName } from '../folders/index.js'
import type { Split } from '../photo.js'
import type { Table } from '../tables/index.js'
import { escaping, type FileColumn, fileColumn, lacksHeader } from './file-column.js'
import { labelsFrom, labelsOf, numbersOf, plain } from './label-column.js'
import type { PhotoIndex } from './photo-index.js'
import { splitsOf } from './split-column.js'

/** What a table says of one photo. */
export interface Entry {
  readonly path: string
  /** Undefined where the row gives none. */
  readonly label: string | undefined
  /** Where the table divides the photos. */
  readonly split: Split | undefined
  /** For messages: `train/metadata.jsonl line 3`. */
  readonly where: string
  /** Relative to the root. */
  readonly table: string
}

/** What a table says of the photos. */
export interface TableLabels {
  readonly table: string
  readonly entries: readonly Entry[]
  /** Names in the table that no photo has, as written there. */
  readonly missing: readonly string[]
  /** Columns taken, for the person. */
  readonly columns: { readonly file: string; readonly label: string; readonly split: string | undefined }
  /** The columns that say the class, all of them in step: a number and its name, or one of zeros and ones for each. */
  readonly bearing: readonly string[]
  /** What a person should hear of it, a sentence each. */
  readonly remarks: readonly string[]
  /** The label column was found by its values alone, not by its name. */
  readonly isGuess: boolean
}

/** Why a table gives no labels. */
export interface NoLabels {
  readonly table: string
  /** The photos that it names, with their part where the table divides them. */
  readonly named: readonly { readonly path: string; readonly split: Split | undefined }[]
  readonly problem: string
  readonly hasRows: boolean
  /** Whether it is nothing to speak of: a table about photos that has no column for classes. */
  readonly isOrdinary: boolean
}

/**
 * The labels that a table gives photos; columns are found by what they hold.
 *
 * @param column - that holds the labels, where the person says it
 * @throws `data` for a name that leads out of the folder, a name of two photos, a label that is no name
 */
export function labelsInTable(
  given: Table,
  index: PhotoIndex,
  column: string | undefined,
): TableLabels | NoLabels {
  const table = lacksHeader(given, index) ? (given.withoutHeader?.() ?? given) : given
  requireInside(table)
  const file = (isMetadata(table.path) && fileColumn(table, index, true)) || fileColumn(table, index, false)
  const hasRows = table.columns.some(({ values }) => values.length > 0)
  const none = (problem: string, isOrdinary = false, named: NoLabels['named'] = []) => ({
    table: table.path,
    named,
    problem,
    isOrdinary,
    hasRows,
  })
  if (file === undefined) return none(`no column names a photo that is there (${examples(table)})`)
  const rows = file.matches.flatMap((match, row) => (match === undefined ? [] : [row]))
  const found = splitsOf(table.columns, rows)
  const division = found && 'column' in found ? found : undefined
  const others = table.columns.filter(one => one !== file.column && one.name !== division?.column)
  const chosen = others.find(({ name }) => plain(name) === plain(column ?? ''))
  const named = rows.flatMap(row => {
    const match = file.matches[row]
    return match === undefined || match.other ? [] : [{ path: match.path, split: division?.values[row] }]
  })
  if (column !== undefined && chosen === undefined)
    return none(`there is no column "${column}" (${names(table)})`, false, named)
  const labels = chosen ? labelsFrom(chosen) : labelsOf(others, rows)
  if ('problem' in labels) return none(labels.problem, labels.isOrdinary, named)
  return {
    table: table.path,
    entries: entriesOf(table, file, labels.values, division?.values),
    missing: file.column.values
      .filter((name, row) => name !== undefined && file.matches[row] === undefined)
      .map(String),
    columns: { file: file.column.name, label: labels.column, split: division?.column },
    bearing: [
      ...new Set([...(labels.bearing ?? [labels.column]), ...numbersOf(labels.column, others, rows)]),
    ],
    remarks: found?.remark === undefined ? [] : [found.remark],
    isGuess: labels.isGuess ?? false,
  }
}

function entriesOf(
  { path, where }: Table,
  { matches, column }: FileColumn,
  labels: readonly (string | undefined)[],
  splits: readonly (Split | undefined)[] | undefined,
): Entry[] {
  return matches.flatMap((match, row): Entry[] => {
    if (match === undefined) return []
    if (match.other !== undefined)
      throw new ChiquitoError(
        'data',
        `${where(row)}: "${column.values[row]}" may be "${match.path}" or "${match.other}". Give the paths relative to ` +
          `the folder of "${nameOf(path)}", or say train or test in the table's name.`,
      )
    // A photo in no part that is known must not be learnt from.
    const isLost = splits !== undefined && splits[row] === undefined
    const label = isLost ? undefined : labelText(labels[row], where(row))
    return [{ path: match.path, label, split: splits?.[row], where: where(row), table: path }]
  })
}

function labelText(label: string | undefined, where: string): string | undefined {
  if (label === undefined) return undefined
  const text = label.normalize('NFC').trim()
  if (text === '' || /\p{Cc}/u.test(text))
    throw new ChiquitoError(
      'data',
      `${where}: label ${JSON.stringify(label)} is not a name. Give the class a name.`,
    )
  return text
}

/** A metadata file names photos relative to its folder; one that names something elsewhere is wrong, or hostile. */
function requireInside({ path, columns, where }: Table): void {
  if (!isMetadata(path)) return
  for (const column of columns) {
    if (!/(^|_)file_name$/.test(column.name)) continue
    const row = escaping(column)
    if (row !== undefined)
      throw new ChiquitoError(
        'data',
        `${where(row)}: ${column.name} ${JSON.stringify(column.values[row])} leads out of the folder of the file. ` +
          'Expected a path below it, such as images/1.jpg.',
      )
  }
}

function examples({ columns }: Table): string {
  if (columns.length === 0) return 'it is empty'
  const shown = columns
    .slice(0, 3)
    .map(({ name, values }) => `"${name}" has ${values[0] === undefined ? 'nothing' : `"${values[0]}"`}`)
  return shown.join(', ')
}

function names({ columns }: Table): string {
  if (columns.length === 0) return 'it is empty'
  return `there are ${columns.map(({ name }) => `"${name}"`).join(', ')}`
}

/** The part that a table is about, by its name: `train.csv`, `test_labels.csv`. */
export function partOfTable(path: string): Split | undefined {
  const name = nameOf(path).replace(/\.[^.]*$/, '')
  return partName(name)?.split
}
