import type { Column } from '../tables/index.js'
import { holdsSeveral } from './several-classes.js'

/** Names under which tables keep the class, in lower case with `_`; a column of the first line goes before the second. */
const labelNames: readonly (readonly string[])[] = [
  (
    'label labels class classes class_name classname class_label category categories category_name target label_name ' +
    'label_text'
  ).split(' '),
  'tag tags species breed diagnosis dx'.split(' '),
]

/** What tables say of where a photo comes from: photos of one maker or licence have it in common, and are no class for that. */
const originNames = new Set(
  (
    'source source_name source_url url page page_url link creator author artist photographer owner credit credits copyright ' +
    'license licence license_url licence_url attribution may_use_commercially may_change must_name title fetched_at'
  ).split(' '),
)

/** How a table's rows say their class: a label each, or why it cannot be told. */
export type Labels =
  | {
      readonly column: string
      readonly values: readonly (string | undefined)[]
      /** The column's name says nothing of classes: it is only the one whose values come again. */
      readonly isGuess?: boolean
      /** All columns that say it, where there are several. */
      readonly bearing?: readonly string[]
    }
  /** `isOrdinary`: no column looks like one for classes. */
  | { readonly problem: string; readonly isOrdinary?: boolean }

/** At most this part of the rows may be different values for a column without a telling name to be a label. */
const MOST_DISTINCT = 0.5

/**
 * The class of each row: a column with a telling name; else columns of zeros and ones, a class each; else the one column
 * whose values come again and again.
 *
 * @param columns - without the one that names the photos
 * @param rows - those that name a photo that is there
 */
export function labelsOf(columns: readonly Column[], rows: readonly number[]): Labels {
  for (const names of labelNames) {
    const named = columns.filter(({ name }) => names.includes(plain(name)))
    if (named.length > 0) return fromNamed(named, rows)
  }
  const oneHot = fromOneHot(
    columns.filter(column => !isNameless(column)),
    rows,
  )
  if (oneHot !== undefined) return oneHot
  const repeated = repeatedColumns(columns, rows)
  if (repeated.length === 1)
    return holdsSeveral(repeated[0], rows)
      ? severalIn(repeated[0])
      : { ...labelsFrom(repeated[0]), isGuess: true }
  if (repeated.length === 0)
    return {
      isOrdinary: true,
      problem: `no column holds classes (beside the names of photos: ${list(columns) || 'none'})`,
    }
  return { problem: `more than one column may hold the class: ${list(repeated)}` }
}

/** The classes that one column gives. */
export function labelsFrom({ name, values, isNested, classNames }: Column): Labels {
  if (isNested)
    return { problem: `column "${name}" holds lists or objects, where one class a photo is expected` }
  if (classNames === undefined) return { column: name, values }
  return {
    column: name,
    values: values.map(value => (value === undefined ? undefined : classNames[Number(value)])),
  }
}

/** Two columns that say the same, a number and its name, are one: the name. */
function fromNamed(named: readonly Column[], rows: readonly number[]): Labels {
  const scalar = named.filter(
    column => !column.isNested && rows.some(row => column.values[row] !== undefined),
  )
  if (scalar.length === 0) return labelsFrom(named[0])
  const several = scalar.find(column => holdsSeveral(column, rows))
  if (several !== undefined) return severalIn(several)
  const text = scalar.find(column => !isNumeric(column, rows)) ?? scalar[0]
  const differs = scalar.find(column => !sayTheSame(column, text, rows))
  if (differs === undefined) return { ...labelsFrom(text), bearing: scalar.map(({ name }) => name) }
  return { problem: `more than one column may hold the class: ${list(scalar)}` }
}

function severalIn({ name }: Column): Labels {
  return { problem: `column "${name}" holds several classes for a photo, where one is expected` }
}

function isNumeric({ values, classNames }: Column, rows: readonly number[]): boolean {
  return classNames === undefined && rows.every(row => /^-?\d*\.?\d*$/.test(values[row] ?? ''))
}

/** The columns of numbers that each stand for a class of this column, and come again as it does. */
export function numbersOf(name: string, columns: readonly Column[], rows: readonly number[]): string[] {
  const column = columns.find(one => one.name === name)
  if (column === undefined || distinct(column, rows) < 2) return []
  return columns
    .filter(
      one => one !== column && isNumeric(one, rows) && isRepeated(one, rows) && sayTheSame(one, column, rows),
    )
    .map(one => one.name)
}

/** Whether each value of one column goes with one value of the other, and the other way round. */
function sayTheSame(a: Column, b: Column, rows: readonly number[]): boolean {
  const pairs = new Set(rows.map(row => JSON.stringify([a.values[row], b.values[row]])))
  return pairs.size === distinct(a, rows) && pairs.size === distinct(b, rows)
}

function distinct({ values }: Column, rows: readonly number[]): number {
  return new Set(rows.map(row => values[row])).size
}

const yes = new Set(['1', '1.0', 'true', 'True', 'TRUE'])
const no = new Set(['0', '0.0', 'false', 'False', 'FALSE'])

/** Columns of zeros and ones, a class each, as Roboflow's `_classes.csv`; undefined where they are something else. */
function fromOneHot(columns: readonly Column[], rows: readonly number[]): Labels | undefined {
  const flags = columns.filter(({ values }) =>
    rows.every(row => yes.has(values[row] ?? '') || no.has(values[row] ?? '')),
  )
  if (flags.length < 2 || rows.length === 0) return undefined
  const values: (string | undefined)[] = []
  for (const row of rows) {
    const on = flags.filter(flag => yes.has(flag.values[row] ?? ''))
    if (on.length > 1)
      return { problem: `a photo has more than one class (${list(on)}), where one class a photo is expected` }
    if (on.length === 1) values[row] = on[0].name
  }
  const bearing = flags.map(({ name }) => name)
  return { column: bearing.join('", "'), values, bearing }
}

function isNameless({ name }: Column): boolean {
  return /^column \d+$/.test(name)
}

/**
 * The columns whose values come again. Where none has a name, the only other one is the class, however few rows there
 * are, and words are it rather than numbers (those of a box around the thing).
 */
function repeatedColumns(columns: readonly Column[], rows: readonly number[]): readonly Column[] {
  const hasNames = !columns.every(isNameless)
  if (!hasNames && columns.length === 1) return columns
  const repeated = columns.filter(column => isRepeated(column, rows))
  const words = repeated.filter(column => !isNumeric(column, rows))
  return !hasNames && words.length === 1 ? words : repeated
}

function isRepeated(column: Column, rows: readonly number[]): boolean {
  if (column.isNested || rows.some(row => column.values[row] === undefined)) return false
  if (originNames.has(plain(column.name))) return false
  if (rows.some(row => /^https?:\/\//i.test(column.values[row] ?? ''))) return false
  const count = distinct(column, rows)
  return count >= 2 && count <= rows.length * MOST_DISTINCT
}

/** A column's name as tables differ in writing it: `Class Name`, `class-name`. */
export function plain(name: string): string {
  return name.trim().toLowerCase().replaceAll(/[ -]+/g, '_')
}

function list(columns: readonly Column[]): string {
  return columns.map(({ name }) => `"${name}"`).join(', ')
}
