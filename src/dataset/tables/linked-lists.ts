import { decodeText } from './csv.js'
import type { Column, Table } from './table.js'

/**
 * Reads a text of two columns without names: a word, and the rest of the line, which may hold spaces
 * (`1025794 Boeing 717`). Undefined where a line has no second word.
 */
export function readPairs(path: string, bytes: Uint8Array): Table | undefined {
  const pairs = pairsOf(bytes)
  if (pairs === undefined) return undefined
  const columns = [0, 1].map(i =>
    columnOf(
      `column ${i + 1}`,
      pairs.map(pair => pair[i]),
    ),
  )
  return { path, columns, where: row => `${path} line ${row + 1}` }
}

/** Lists that are read with `images.txt` beside them, whose numbers are no names of photos. */
export const linkedLists = ['image_class_labels.txt', 'classes.txt', 'train_test_split.txt'] as const

/**
 * Reads lists that share numbers, as CUB-200 and NABirds have them: `images.txt` (number, path) and, beside it,
 * `image_class_labels.txt` (number, number of a class), `classes.txt` (number of a class, name) and `train_test_split.txt`
 * (number, 1 to learn from). What is not there is left out; undefined where neither classes nor parts are.
 *
 * @param beside - bytes of a list by its name, undefined where there is none
 */
export async function readLinkedLists(
  path: string,
  bytes: Uint8Array,
  beside: (name: string) => Promise<Uint8Array | undefined>,
): Promise<Table | undefined> {
  const where = (row: number) => `${path} line ${row + 1}`
  const images = pairsOf(bytes)
  if (images === undefined) return undefined
  const list = async (name: string) => {
    const found = await beside(name)
    return new Map(found && pairsOf(found))
  }
  const [classOf, nameOf, splitOf] = await Promise.all(linkedLists.map(list))
  if (classOf.size === 0 && splitOf.size === 0) return undefined
  const classes = images.map(([id]) => {
    const number = classOf.get(id)
    return number === undefined ? undefined : (nameOf.get(number) ?? number)
  })
  const columns = [
    columnOf(
      'image',
      images.map(([, image]) => image),
    ),
    ...(classOf.size > 0 ? [columnOf('class', classes)] : []),
    ...(splitOf.size > 0
      ? [
          columnOf(
            'is_training_image',
            images.map(([id]) => splitOf.get(id)),
          ),
        ]
      : []),
  ]
  return { path, columns, where }
}

function pairsOf(bytes: Uint8Array): readonly (readonly [string, string])[] | undefined {
  const pairs: [string, string][] = []
  for (const line of decodeText(bytes).split(/\r\n|\n|\r/)) {
    const text = line.trim()
    if (text === '') continue
    const [, first, rest] = /^(\S+)\s+(.+)$/s.exec(text) ?? []
    if (first === undefined || rest === undefined) return undefined
    pairs.push([first, rest])
  }
  return pairs
}

function columnOf(name: string, values: readonly (string | undefined)[]): Column {
  return { name, values, isNested: false }
}
