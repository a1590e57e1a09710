// Cells of a table that hold several classes to a photo, and names that only look like it.
import { describe, expect, it } from 'vitest'
import { ImageData } from '../src/index.js'
import { writeTree } from './support/files.js'
import { each, expectRefused, filesOf, lines, type Refused } from './support/layouts.js'

const several: readonly Refused[] = [
  ...[',', ', ', '/', '+', ' & ', ' and ', '|', ';'].flatMap((mark): Refused[] =>
    [
      ['cat', 'dog', `cat${mark}dog`],
      [`cat${mark}dog`, `cat${mark}owl`, `dog${mark}owl`],
      ...(['|', ';'].includes(mark) ? [['cat', 'dog', `cat${mark}owl`]] : []),
    ].map(labels => ({
      situation: `several classes in a cell: ${labels.join(' ')}`,
      tree: {
        images: 9,
        'labels.csv': lines('file\tlabel') + each(9, (n, one) => `${n}.jpg\t${one}`, labels),
      },
      error: /column "label" holds several classes for a photo/,
    })),
  ),
  ...['{cat, dog} {dog}', "('cat',) ('cat','dog')", "['cat'·'dog'] ['dog']", 'cat dog [cat,dog]'].map(
    (labels): Refused => ({
      situation: `lists as text: ${labels}`,
      tree: {
        images: 9,
        'labels.csv':
          lines('file\tlabel') +
          each(9, (n, one) => `${n}.jpg\t${one}`, labels.replaceAll(', ', ',').split(' ')),
      },
      error: /column "label" holds several classes for a photo/,
    }),
  ),
  ...['|', ',', ';'].map(
    (mark): Refused => ({
      situation: `several classes in a cell, with ${mark} between`,
      tree: {
        images: 6,
        'labels.csv':
          lines('file,finding') +
          each(6, (n, one) => `${n}.jpg,"${one}"`, ['Mass', `Mass${mark}Nodule`, 'Nodule']),
      },
      error: /column "finding" holds several classes for a photo/,
    }),
  ),
  {
    situation: 'lists as text',
    tree: { images: 6, 'labels.csv': lines('file,label') + each(6, (n, one) => `${n}.jpg,['${one}']`) },
    error: /column "label" holds several classes for a photo/,
  },
]

/** Names with marks in them that are one class each. */
const oneClass: readonly (readonly string[])[] = [
  ['Smith, John', 'Smith, Jane', 'Doe, John', 'Doe, Jane'],
  ['maillot', 'maillot, tank suit', 'crane', 'great white shark, white shark'],
  ['male/adult', 'female/adult', 'male/juvenile'],
  ['black cat', 'white cat', 'black dog'],
  ['mac and cheese', 'fish and chips', 'macaroni'],
  ['Apple___scab', 'Apple___healthy', 'Corn_(maize)___healthy'],
]

describe('names of classes', () => {
  it.each(oneClass)('may hold marks: %s, %s', async (...labels) => {
    const tree = {
      images: 24,
      'labels.csv': lines('file\tlabel') + each(24, (n, one) => `${n}.jpg\t${one}`, labels),
    }
    const data = await ImageData.fromFolder(writeTree(filesOf(tree)))
    expect(data.labels).toEqual(labels.toSorted())
  })
})

describe('cells with several classes', () => {
  it.each(several)('$situation', expectRefused)
})
