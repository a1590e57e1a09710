// Where classes come from when folders do not say them: file names, and links to photos elsewhere. A line a layout.
import { describe, it } from 'vitest'
import {
  each,
  expectLayout,
  expectRefused,
  grid,
  type Layout,
  lines,
  named,
  type Refused,
} from './support/layouts.js'

const pets = ['cat', 'dog']
/** `LABEL` for photo `n` of a list in turn. */
const fileLabel = (n: number, label: string) => `${n}.jpg,${label}`

const names: readonly Layout[] = [
  {
    situation: 'Kaggle dogs-vs-cats: cat.0.jpg in train, numbers alone in test1',
    tree: { ...named('train', 'cat.NUMBER.jpg', 5), ...named('train', 'dog.NUMBER.jpg', 5), test1: 2 },
    options: { labelsFrom: 'names' },
    classes: pets,
    parts: [8, 2, 0],
    notices: [
      /"train" is train, "test1" is test/,
      /"train\/cat\.1\.jpg" is "cat"/,
      /nothing else gives/,
      /file name names no class \(2\)/,
    ],
  },
  {
    situation: 'ImageNet and Oxford pets: n01440764_10026.JPEG, american_bulldog_203.jpg',
    tree: {
      ...named('images', 'n01440764_NUMBER.JPEG', 5),
      ...named('images', 'american_bulldog_NUMBER.jpg', 5),
    },
    options: { labelsFrom: 'names' },
    classes: ['american_bulldog', 'n01440764'],
    parts: [8, 2, 0],
    notices: [/Labels come from file names/],
  },
  {
    situation: "Oxford pets' own lists: trainval and test",
    tree: {
      ...named('images', 'pug_NUMBER.jpg', 5),
      ...named('images', 'Sphynx_NUMBER.jpg', 5),
      'annotations/list.txt': lines('#Image CLASS-ID SPECIES BREED ID', 'pug_1 1 2 1', 'Sphynx_1 2 1 1'),
      'annotations/trainval.txt': [1, 2, 3]
        .flatMap(n => [`pug_${n} 1 2 1\n`, `Sphynx_${n} 2 1 1\n`])
        .join(''),
      'annotations/test.txt': [4, 5].flatMap(n => [`pug_${n} 1 2 1\n`, `Sphynx_${n} 2 1 1\n`]).join(''),
    },
    options: { labelsFrom: 'names' },
    classes: ['Sphynx', 'pug'],
    parts: [4, 2, 4],
    notices: [
      /Tables divide the photos: "annotations\/test\.txt", "annotations\/trainval\.txt"/,
      /from file names/,
      /folders that only go with p.*"annotations"/,
    ],
  },
  {
    situation: 'names, and lists that leave photos out',
    tree: {
      ...named('images', 'pug_NUMBER.jpg', 5),
      ...named('images', 'Sphynx_NUMBER.jpg', 5),
      'train.txt': lines('images/pug_1.jpg', 'images/Sphynx_1.jpg'),
      'test.txt': lines('images/pug_2.jpg', 'images/Sphynx_2.jpg'),
    },
    options: { labelsFrom: 'names' },
    classes: ['Sphynx', 'pug'],
    parts: [8, 2, 0],
    notices: [
      /Not used: the division into parts by "test\.txt", "train\.txt", as they do not name/,
      /from file names/,
    ],
  },
  {
    situation: 'VOC: train, val and test, and trainval for both of the first',
    tree: {
      ...named('cat', 'aNUMBER.jpg', 6),
      ...named('dog', 'bNUMBER.jpg', 6),
      'lists/train.txt': [1, 2].flatMap(n => [`cat/a${n}.jpg\n`, `dog/b${n}.jpg\n`]).join(''),
      'lists/val.txt': [3, 4].flatMap(n => [`cat/a${n}.jpg\n`, `dog/b${n}.jpg\n`]).join(''),
      'lists/trainval.txt': [1, 2, 3, 4].flatMap(n => [`cat/a${n}.jpg\n`, `dog/b${n}.jpg\n`]).join(''),
      'lists/test.txt': [5, 6].flatMap(n => [`cat/a${n}.jpg\n`, `dog/b${n}.jpg\n`]).join(''),
    },
    classes: pets,
    parts: [4, 4, 4],
    notices: [
      /Tables divide the photos: "lists\/test\.txt", "lists\/train\.txt", "lists\/val\.txt"/,
      /no classes: "lists"/,
    ],
  },
  {
    situation: 'Windows: cat (1).jpg; numbers first: 12_dog.png',
    tree: { ...named('', 'cat (NUMBER).jpg', 5), ...named('', '0NUMBER_dog.png', 5) },
    options: { labelsFrom: 'names' },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/Labels come from file names/],
  },
]

const pool = { 'pool/cat': 5, 'pool/dog': 5 }
const toPool = (folder: string, start: string) =>
  Object.fromEntries(
    pets.flatMap(pet =>
      [1, 2, 3, 4, 5].map(n => [`${folder}/${pet}/${n}.jpg`, `${start}/pool/${pet}/${n}.jpg`]),
    ),
  )

const links: readonly Layout[] = [
  {
    situation: 'a data set of links to a pool, followed',
    tree: { ...pool, 'chosen/notes.txt': 'x' },
    links: toPool('chosen', '../..'),
    open: 'chosen',
    options: { followLinks: true },
    classes: pets,
    parts: [8, 2, 0],
  },
  {
    situation: 'a linked valid, followed',
    tree: { ...grid('own/train/CLASS', { x: 4 }, pets), ...grid('common/valid/CLASS', { x: 2 }, pets) },
    links: { 'own/valid': '../common/valid' },
    open: 'own',
    options: { followLinks: true },
    classes: pets,
    parts: [8, 4, 0],
  },
  {
    situation: 'half a class and a whole one that are links, not followed',
    tree: { ...pool, ...grid('own/CLASS', { x: 5 }, pets) },
    links: {
      'own/cat/6.jpg': '../../pool/cat/1.jpg',
      'own/cow': '../pool/dog',
      'own/dog/gone.jpg': 'nowhere',
    },
    open: 'own',
    classes: pets,
    parts: [8, 2, 0],
    notices: [
      /^Left out: links that lead out of the data set \(2\), for example "cow"\. With --follow-links/,
      /links that lead nowhere: "dog\/gone\.jpg"/,
    ],
  },
]

const refusedLinks: readonly Refused[] = [
  {
    situation: 'a linked table of labels',
    tree: { 'own/images': 4, 'elsewhere/labels.csv': lines('file,label') + each(4, fileLabel) },
    links: { 'own/labels.csv': '../elsewhere/labels.csv' },
    open: 'own',
    error: /"labels\.csv" is a link that leads out.*not read\. With --follow-links/,
  },
  {
    situation: 'a data set of links to a pool',
    tree: { ...pool, 'chosen/notes.txt': 'x' },
    links: toPool('chosen', '../..'),
    open: 'chosen',
    error:
      /Class "cat" is empty.* There are 5 links in "cat" that lead out .*not followed\. With --follow-links/,
  },
  {
    situation: 'class folders that are links',
    tree: { ...pool, 'chosen/notes.txt': 'x' },
    links: { 'chosen/cat': '../pool/cat', 'chosen/dog': '../pool/dog' },
    open: 'chosen',
    error: /has no class folders\. There are 2 links in ".*chosen" that lead out.*--follow-links/,
  },
  {
    situation: 'a linked valid',
    tree: { ...grid('own/train/CLASS', { x: 4 }, pets), ...grid('common/valid/CLASS', { x: 2 }, pets) },
    links: { 'own/valid': '../common/valid' },
    open: 'own',
    error: /"valid" is a part of the data set by its name, but a link.*With --follow-links.*remove the link/,
  },
  {
    situation: 'a valid that leads nowhere',
    tree: grid('train/CLASS', { x: 4 }, pets),
    links: { valid: 'gone' },
    error: /"valid" is a part of the data set by its name, but a link/,
  },
]

describe('file names', () => {
  it.each(names)('$situation', expectLayout)
})

describe.skipIf(process.platform === 'win32')('links (Windows lets only some people make them)', () => {
  it.each(links)('$situation', expectLayout)
  it.each(refusedLinks)('$situation', expectRefused)
})
