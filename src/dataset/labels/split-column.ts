import { partName } from '../folders/index.js'
import type { Split } from '../photo.js'
import type { Column } from '../tables/index.js'
import { plain } from './label-column.js'

/** Names under which tables keep the part of a photo. */
const splitNames = new Set('split set subset data_set dataset partition part phase fold_name'.split(' '))

/** fastai's own column: what is true is measured on. */
const validNames = new Set(['is_valid', 'is_val'])

/** How a table divides the photos; undefined where it does not. */
export function splitsOf(
  columns: readonly Column[],
  rows: readonly number[],
): { readonly column: string; readonly values: readonly (Split | undefined)[] } | undefined {
  for (const column of columns) {
    const name = plain(column.name)
    const read = splitNames.has(name) ? splitOfWord : validNames.has(name) ? splitOfFlag : undefined
    if (read === undefined || rows.length === 0) continue
    const values = column.values.map(value => (value === undefined ? undefined : read(value)))
    const seen = new Set(rows.map(row => values[row]))
    if (!seen.has(undefined) && seen.has('train') && seen.size > 1) return { column: column.name, values }
  }
  return undefined
}

function splitOfWord(value: string): Split | undefined {
  const part = partName(value)
  return part?.rest === '' ? part.split : undefined
}

function splitOfFlag(value: string): Split | undefined {
  if (/^(true|1|1\.0)$/i.test(value)) return 'valid'
  return /^(false|0|0\.0)$/i.test(value) ? 'train' : undefined
}
