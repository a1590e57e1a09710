import { argumentError } from '../../core/index.js'

/**
 * Where labels come from. `auto`: a metadata file, else class folders, else another table, whatever is there. `folders`:
 * names of folders and nothing else. `names`: what file names begin with. `column:NAME`: that column of a table.
 */
export type LabelsFrom = 'auto' | 'folders' | 'names' | `column:${string}`

/** @throws `usage` */
export function checkLabelsFrom(value: string): LabelsFrom {
  if (value === 'auto' || value === 'folders' || value === 'names') return value
  const column = columnOf(value)
  if (column !== undefined) return `column:${column}`
  throw argumentError('labelsFrom (--labels-from)', 'auto, folders, names or column:NAME', value)
}

/** The column that a person named. */
export function columnOf(value: string): string | undefined {
  return /^column:(.+)$/s.exec(value)?.[1]
}
