// Labels that cannot be had, and the sentence that says why. A line a layout.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'vitest'
import { each, expectRefused, lines, named, type Refused } from './support/layouts.js'

const parquet = (name: string) =>
  readFileSync(path.join(import.meta.dirname, 'fixtures/tables', `${name}.parquet`))
/** `LABEL` for photo `n` of a list in turn. */
const fileLabel = (n: number, label: string) => `${n}.jpg,${label}`

const refused: readonly Refused[] = [
  {
    situation: 'metadata without a column for classes',
    tree: {
      ...named('', 'NUMBER.jpg', 6),
      'metadata.jsonl': each(6, n =>
        JSON.stringify({ file_name: `${n}.jpg`, conversations: [{ from: 'human' }] }),
      ),
    },
    error:
      /no class folders.*"metadata\.jsonl" gives no labels: no column holds classes \(beside the names of photos: "conversations"\)\. Say which.*--labels-from column:NAME/,
  },
  {
    situation: 'two columns that may be the class',
    tree: {
      images: 6,
      'labels.csv':
        lines('file,label,category') + each(6, (n, one) => `${n}.jpg,${one}`, ['a,x', 'b,x', 'b,y']),
    },
    error: /"labels\.csv" gives no labels: more than one column may hold the class: "label", "category"/,
  },
  {
    situation: 'a column that is not there',
    tree: { images: 6, 'labels.csv': lines('file,label') + each(6, fileLabel) },
    options: { labelsFrom: 'column:breed' },
    error:
      /No table gives labels in a column "breed": "labels\.csv" gives no labels: there is no column "breed" \(there are "file", "label"\)/,
  },
  {
    situation: 'photos of more than one class',
    tree: {
      images: 6,
      'labels.csv': lines('file,a,b') + each(6, (n, one) => `${n}.jpg,${one}`, ['1,0', '1,1']),
    },
    error: /a photo has more than one class \("a", "b"\)/,
  },
  {
    situation: 'a table about other photos',
    tree: { train: 6, 'labels.csv': lines('id,label') + each(6, (n, label) => `zz${n},${label}`) },
    error:
      /"train" has no class folders.*"labels\.csv" was looked at, but no column names a photo.*"id" has "zz1"/,
  },
  {
    situation: 'metadata.parquet with a list of classes to a photo',
    tree: { ...named('', 'NUMBER.jpg', 10), 'metadata.parquet': parquet('class-lists') },
    error: /column "label" holds lists or objects, where one class a photo is expected/,
  },
  {
    situation: 'HAM10000: folders that cut through the classes of a table',
    tree: {
      HAM_images_part_1: 4,
      ...named('HAM_images_part_2', 'xNUMBER.jpg', 4),
      'HAM_metadata.csv':
        lines('image_id,dx') +
        each(4, (n, label) => `${n},${label}`) +
        each(4, (n, label) => `x${n},${label}`),
    },
    error:
      /gives the photos other classes \(column "dx"\) than the folders.*--labels-from column:dx or --labels-from folders/,
  },
  {
    situation: 'HAM10000: numbered folders, each of which holds one class of a table',
    tree: {
      HAM_images_part_1: 4,
      ...named('HAM_images_part_2', 'xNUMBER.jpg', 4),
      'HAM_metadata.csv': lines('image_id,dx') + each(4, n => `${n},mel`) + each(4, n => `x${n},nv`),
    },
    error: /gives the photos other classes \(column "dx"\) than the folders/,
  },
  {
    situation: 'a table that files photos of one class folder under the name of another',
    tree: {
      ...named('cat', 'cNUMBER.jpg', 4),
      ...named('dog', 'dNUMBER.jpg', 4),
      'labels.csv': lines('id,label') + each(4, n => `c${n},dog`) + each(4, n => `d${n},cat`),
    },
    error: /"labels\.csv" gives the photos other classes \(column "label"\) than the folders/,
  },
  {
    situation: 'Oxford pets: one folder, and classes in file names',
    tree: { ...named('images', 'Abyssinian_NUMBER.jpg', 4), ...named('images', 'pug_NUMBER.jpg', 4) },
    error: /"images" has no class folders.*"Abyssinian" 4, "pug" 4\): --labels-from names takes them/,
  },
  {
    situation: 'photos of two cameras: their names are no classes',
    tree: {
      ...named('', 'IMG_NUMBER.jpg', 4),
      ...named('', 'IMG-2021NUMBER-WA0001.jpg', 4),
      ...named('', 'DSCN000NUMBER.JPG', 4),
    },
    error: /only 12 files, such as "[^"]*"\. Put the photos of each class/,
  },
  {
    situation: 'a table of labels without a row',
    tree: { images: 4, 'labels.csv': 'id,label\n' },
    error: /"images" has no class folders.*"labels\.csv" was looked at, but it has no rows\. Put/,
  },
  {
    situation: 'metadata that lists one class of two: why there is but one is said',
    tree: {
      cat: 4,
      dog: 4,
      'metadata.csv': lines('file_name,label', 'cat/1.jpg,cat', 'cat/2.jpg,cat'),
    },
    error:
      /only one class, "cat"\. A table of labels .* gives none to 6 of those in class folders, for example "cat\/3/,
  },
  {
    situation: 'a spreadsheet of labels',
    tree: { images: 4, 'labels.xlsx': 'PK' },
    error: /"labels\.xlsx" is a spreadsheet, which is not read: save it as CSV beside the photos/,
  },
  {
    situation: 'a name that fits two photos',
    tree: { 'images/a': 4, 'images/b': 4, 'metadata.csv': lines('file_name,label') + each(4, fileLabel) },
    error: /metadata\.csv line 2: "1\.jpg" may be "images\/a\/1\.jpg" or "images\/b\/1\.jpg"/,
  },
  {
    situation: 'a path that climbs out',
    tree: { images: 4, 'metadata.csv': lines('file_name,label', '../../etc/passwd,cat') },
    error: /metadata\.csv line 2: file_name "\.\.\/\.\.\/etc\/passwd" leads out of the folder/,
  },
  {
    situation: 'lines of different length',
    tree: { images: 4, 'metadata.csv': lines('file_name,label', '1.jpg,cat,black') },
    error: /"metadata\.csv" is no table that can be read: .*line 2/,
  },
  {
    situation: 'a Parquet file that is none',
    tree: { images: 4, 'metadata.parquet': 'PAR1 and so on' },
    error: /"metadata\.parquet" cannot be read as Parquet/,
  },
  {
    situation: 'an unknown place for labels',
    tree: { images: 4 },
    options: { labelsFrom: 'file' },
    error: /labelsFrom \(--labels-from\) must be auto, folders, names or column:NAME, but is "file"/,
  },
  {
    situation: 'names without classes',
    tree: { images: 4 },
    options: { labelsFrom: 'names' },
    error: /No file name says a class, for example "images\/1\.jpg"/,
  },
]

describe('labels that cannot be had', () => {
  it.each(refused)('$situation', expectRefused)
})
