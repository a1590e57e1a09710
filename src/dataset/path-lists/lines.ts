import { TextDecoder } from 'node:util'
import { ChiquitoError } from '../../core/index.js'

/** A row of verdicts on thousands of labels has some hundred kilobytes; a file without line ends must not become one line. */
const MAX_LINE_CHARACTERS = 1024 * 1024

/** A line of a text, counted from 1. */
export interface Line {
  readonly text: string
  readonly number: number
}

/** Bytes as text: UTF-8, or UTF-16 where a byte order mark says so (PowerShell writes lists in it). */
export async function* textOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined
  for await (const chunk of chunks) {
    decoder ??= new TextDecoder(chunk[0] === 0xff && chunk[1] === 0xfe ? 'utf-16le' : 'utf-8')
    yield decoder.decode(chunk, { stream: true })
  }
  if (decoder) yield decoder.decode()
}

/**
 * The lines of a text that is not held in memory, without their ends; empty ones are passed over.
 *
 * @param name - of the text, for messages
 * @throws `data` where it is no text of lines
 */
export async function* linesOf(texts: AsyncIterable<string>, name: string): AsyncGenerator<Line> {
  let rest = ''
  let number = 0
  for await (const text of texts) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      number++
      if (line.trim() !== '') yield { text: checked(line, number, name), number }
    }
    checked(rest, number + 1, name)
  }
  if (rest.trim() !== '') yield { text: checked(rest, number + 1, name), number: number + 1 }
}

function checked(line: string, number: number, name: string): string {
  if (line.length > MAX_LINE_CHARACTERS)
    throw new ChiquitoError(
      'data',
      `"${name}" line ${number} has more than ${MAX_LINE_CHARACTERS} characters. A list has one photo a line.`,
    )
  return line.replace(/\r$/, '')
}
