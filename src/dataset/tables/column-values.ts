import type { Column } from './table.js'

/** A value of a JSON or Parquet file as text; undefined for none, `nested` for a list or an object. */
function textOf(value: unknown): string | undefined | 'nested' {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value)
  return 'nested'
}

/** Builds columns row by row, from rows that may lack some. */
export class ColumnBuilder {
  private readonly columns = new Map<string, { values: (string | undefined)[]; isNested: boolean }>()
  private rows = 0

  add(row: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(row)) {
      const column = this.columns.get(name) ?? { values: [], isNested: false }
      this.columns.set(name, column)
      const text = typeof value === 'string' ? value : textOf(value)
      if (text === 'nested' && typeof value !== 'string') column.isNested = true
      else column.values[this.rows] = text
    }
    this.rows++
  }

  list(): Column[] {
    return [...this.columns].map(([name, { values, isNested }]) => ({
      name,
      values: Array.from({ length: this.rows }, (_, i) => values[i]),
      isNested,
    }))
  }
}
