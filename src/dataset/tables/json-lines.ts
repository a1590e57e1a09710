import { z } from 'zod'
import { ChiquitoError } from '../../core/index.js'
import { ColumnBuilder } from './column-values.js'
import type { Table } from './table.js'

/** A line is one photo's facts; a file without line ends must not become one object. */
const MAX_LINE_CHARACTERS = 1024 * 1024

const lineSchema = z.record(z.string(), z.unknown())

/**
 * Reads JSON lines: one object a line, whose keys are the columns. Empty lines are let be.
 *
 * @throws `data` naming file and line
 */
export function readJsonLines(path: string, bytes: Uint8Array): Table {
  const text = new TextDecoder('utf-8').decode(bytes)
  const builder = new ColumnBuilder()
  const numbers: number[] = []
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return
    builder.add(parseLine(line, `${path} line ${i + 1}`))
    numbers.push(i + 1)
  })
  return { path, columns: builder.list(), where: row => `${path} line ${numbers[row]}` }
}

function parseLine(line: string, where: string): Record<string, unknown> {
  const fail = (what: string) =>
    new ChiquitoError(
      'data',
      `${where}: ${what}. Expected JSON such as {"file_name": "1.jpg", "label": "cat"}.`,
    )
  if (line.length > MAX_LINE_CHARACTERS)
    throw fail(`the line has more than ${MAX_LINE_CHARACTERS} characters`)
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw fail('not valid JSON')
  }
  const result = lineSchema.safeParse(value)
  if (!result.success) throw fail('not an object')
  return result.data
}
