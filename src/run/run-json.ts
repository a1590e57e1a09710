import { ChiquitoError } from '../core/index.js'

/** Readable, with rows of numbers on one line: a matrix of 1,000 classes would else be a million lines. */
export function json(value: object): string {
  const text = JSON.stringify(value, null, 2)
  // Within strings there are no line breaks, so what begins with one is a list.
  return `${text.replace(/\[\n[\d\s,.eE+-]+\]/g, list => list.replace(/\s+/g, '').replaceAll(',', ', '))}\n`
}

/** @throws `data` */
export function parseJson(bytes: Buffer, path: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw new ChiquitoError('data', `"${path}" is not valid JSON.`, { cause: error })
  }
}
