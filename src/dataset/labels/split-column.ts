import { partName } from '../folders/index.js'
import type { Split } from '../photo.js'
import type { Column } from '../tables/index.js'
import { plain } from './label-column.js'

/** Names under which tables keep the part of a photo. */
const splitNames = new Set(
  'split set subset data_set dataset partition part phase fold_name usage'.split(' '),
)

/** Columns of yes and no: the part of a photo where it is yes, and where it is no. fastai's own first. */
const flags: Readonly<Record<string, readonly [Split, Split]>> = {
  is_valid: ['valid', 'train'],
  is_val: ['valid', 'train'],
  is_test: ['test', 'train'],
  is_train: ['train', 'test'],
  is_training: ['train', 'test'],
  is_training_image: ['train', 'test'],
}

/** Values told in a message; more would not be read. */
const MOST_NAMED = 3

export interface Division {
  readonly column: string
  /** A row each; undefined where the value is no part that is known: such a photo is in none. */
  readonly values: readonly (Split | undefined)[]
  /** What a person should hear of it. */
  readonly remark?: string
}

/** How a table divides the photos, or only a remark on a column that looks as if it did; undefined where there is none. */
export function splitsOf(
  columns: readonly Column[],
  rows: readonly number[],
): Division | { readonly remark: string } | undefined {
  let remark: string | undefined
  for (const column of columns) {
    const name = plain(column.name)
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
    if (rows.length === 0 || (!splitNames.has(name) && flag === undefined)) continue
    const values = column.values.map(value =>
      value === undefined ? undefined : flag ? splitOfFlag(value, flag) : splitOfWord(value),
    )
    const seen = new Set(rows.map(row => values[row]))
    const lost = rows.filter(row => values[row] === undefined)
    seen.delete(undefined)
    const shown = shownOf(column, lost)
    if (seen.has('train') && seen.size > 1)
      return {
        column: column.name,
        values,
        ...(lost.length > 0 && {
          remark:
            `Column "${column.name}" puts ${lost.length === 1 ? '1 photo' : `${lost.length} photos`} in no part that is known ` +
            `(${shown}): left out.`,
        }),
      }
    if (splitNames.has(name) && new Set(rows.map(row => column.values[row])).size > 1 && seen.size < 2)
      remark ??=
        `Column "${column.name}" does not say in known words which photos are train, valid and test (${shown}), so it ` +
        'is not used.'
  }
  return remark === undefined ? undefined : { remark }
}

function shownOf({ values }: Column, rows: readonly number[]): string {
  const different = [...new Set(rows.map(row => values[row]))]
  const shown = different.slice(0, MOST_NAMED).map(value => (value === undefined ? 'nothing' : `"${value}"`))
  return `${shown.join(', ')}${different.length > MOST_NAMED ? ', …' : ''}`
}

/** FER-2013 and Kaggle keep two test parts: `PublicTest` and `PrivateTest`. */
function splitOfWord(value: string): Split | undefined {
  const part = partName(value)
  return part !== undefined && ['', 'public', 'private'].includes(part.rest) ? part.split : undefined
}

function splitOfFlag(value: string, [yes, no]: readonly [Split, Split]): Split | undefined {
  if (/^(true|1|1\.0|yes)$/i.test(value)) return yes
  return /^(false|0|0\.0|no)$/i.test(value) ? no : undefined
}
