// Where classes come from when folders do not say them: tables as Kaggle, Keras, fastai, Roboflow and Hugging Face lay them out. A line a layout.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'vitest'
import { each, expectLayout, grid, type Layout, lines, named } from './support/layouts.js'

const pets = ['cat', 'dog']
const parquet = (name: string) =>
  readFileSync(path.join(import.meta.dirname, 'fixtures/tables', `${name}.parquet`))
/** `LABEL` for photo `n` of a list in turn. */
const fileLabel = (n: number, label: string) => `${n}.jpg,${label}`

const tables: readonly Layout[] = [
  {
    situation: 'Kaggle: flat train and test with labels.csv (id without extension) and a made-up answer',
    tree: {
      train: 10,
      ...named('test', 'xNUMBER.jpg', 3),
      'labels.csv': lines('id,breed') + each(10, (n, label) => `${n},${label}`),
      'sample_submission.csv': lines('id,breed') + each(3, n => `x${n},cat`),
    },
    classes: pets,
    parts: [8, 2, 0],
    notices: [
      /^Labels come from "labels\.csv": photos by column "id", classes by column "breed"\.$/,
      /"test" has no class folders, only 3 files.*left out/,
    ],
  },
  {
    situation: 'Kaggle: train.csv and test.csv beside folders whose photos have the same names',
    tree: {
      train: 10,
      test: 10,
      'train.csv': lines('image,category') + each(10, fileLabel),
      'test.csv': lines('image') + each(10, n => `${n}.jpg`),
    },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/Labels come from "train\.csv": photos by column "image"/, /"test" has no class folders/],
  },
  {
    situation: 'Kaggle: a table for each part',
    tree: {
      'train/train': 10,
      'test/test': 4,
      'train.csv': lines('file,label') + each(10, fileLabel),
      'test_labels.csv': lines('file,label') + each(4, fileLabel),
    },
    classes: pets,
    parts: [8, 2, 4],
    notices: [/"train\/train" is train/, /"test_labels\.csv"/, /"train\.csv"/],
  },
  {
    situation: 'Kaggle: one-hot columns',
    tree: {
      images: 10,
      'train.csv':
        lines('image_id,healthy,rust,scab') + each(10, (n, one) => `${n},${one}`, ['1,0,0', '0,1,0']),
    },
    classes: ['healthy', 'rust'],
    parts: [8, 2, 0],
    notices: [/photos by column "image_id", classes by column "healthy", "rust", "scab"/],
  },
  {
    situation: 'class folders beside a table of something else',
    tree: {
      ...named('cat', 'cNUMBER.jpg', 5),
      ...named('dog', 'dNUMBER.jpg', 5),
      'sizes.csv':
        lines('id,width') +
        each(5, (n, width) => `c${n},${width}`, ['640', '800']) +
        each(5, (n, width) => `d${n},${width}`, ['640', '800']),
    },
    classes: pets,
    parts: [8, 2, 0],
    notices: [],
  },
  {
    situation: 'Roboflow: _classes.csv in every part',
    tree: {
      ...Object.assign(
        {},
        ...['train', 'valid', 'test'].map(part => ({
          ...named(part, `${part}_NUMBER_jpg.rf.0a1b.jpg`, 4),
          [`${part}/_classes.csv`]:
            lines('filename, cat, dog') +
            each(4, (n, one) => `${part}_${n}_jpg.rf.0a1b.jpg, ${one}`, ['1, 0', '0, 1']),
        })),
      ),
      'README.roboflow.txt': 'x',
    },
    classes: pets,
    parts: [4, 4, 4],
    notices: [/"train\/_classes\.csv"/, /"valid\/_classes\.csv"/, /"test\/_classes\.csv"/],
  },
  {
    situation: 'Keras flow_from_dataframe: paths of another machine',
    tree: {
      'photos/2021': 4,
      'photos/2022': 6,
      'data.csv':
        lines(',filename,class') +
        each(4, (n, label) => `${n},/kaggle/input/pets/photos/2021/${n}.jpg,${label}`) +
        each(6, (n, label) => `${n},C:\\pets\\photos\\2022\\${n}.jpg,${label}`),
    },
    options: { labelsFrom: 'column:class' },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/photos by column "filename", classes by column "class"/],
  },
  {
    situation: 'photos and a table side by side, semicolons, quotes, a byte order mark',
    tree: {
      ...named('', 'p NUMBER.png', 10),
      'labels.csv': `\uFEFF${lines('"name";"species"')}${each(10, (n, label) => `"p ${n}.png";"${label}"`)}`,
    },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/photos by column "name", classes by column "species"/],
  },
  {
    situation: 'a table without a line of column names, tabs (tiny-imagenet val)',
    tree: {
      ...grid('train/CLASS/images', { x: 4 }, pets),
      'val/images': 4,
      'val/val_annotations.tsv': each(4, (n, label) => `${n}.jpg\t${label}\t0\t${n}\t62\t57`),
    },
    classes: pets,
    parts: [8, 4, 0],
    notices: [/"val\/images" is valid/, /photos by column "column 1", classes by column "column 2"/],
  },
  {
    situation: 'a column divides the photos',
    tree: {
      images: 10,
      'birds.csv':
        lines('filepaths,labels,data set') +
        each(
          10,
          (n, label) => `images/${n}.jpg,${label},${['train', 'train', 'valid', 'test'][(n >> 1) % 4]}`,
        ),
    },
    classes: pets,
    parts: [6, 2, 2],
    notices: [/classes by column "labels", their part by column "data set"/],
  },
  {
    situation: "fastai: a column is_valid, and a table's numbers for class folders",
    tree: {
      photos: 10,
      'labels.csv':
        lines('name,label,is_valid') +
        each(10, (n, label) => `${n}.jpg,${label},${n > 6 ? 'True' : 'False'}`),
    },
    classes: pets,
    parts: [6, 4, 0],
    notices: [/their part by column "is_valid"/],
  },
  {
    situation: 'fastai MNIST_SAMPLE: class folders, and a table that numbers the classes',
    tree: {
      ...grid('PART/CLASS', { train: 4, valid: 2 }, ['3', '7']),
      'labels.csv': lines(
        'name,label',
        'train/3/1.jpg,0',
        'train/3/2.jpg,0',
        'train/7/1.jpg,1',
        'train/7/2.jpg,1',
      ),
    },
    classes: ['3', '7'],
    parts: [8, 4, 0],
  },
  {
    situation: 'a number and a name for every class: the name',
    tree: {
      images: 10,
      'labels.csv':
        lines('file,class,class_name') + each(10, (n, one) => `${n}.jpg,${one}`, ['0,cat', '1,dog']),
    },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/classes by column "class_name"/],
  },
  {
    situation: 'Hugging Face: metadata.csv in train',
    tree: { train: 10, 'train/metadata.csv': lines('file_name,label') + each(10, fileLabel) },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/Labels come from "train\/metadata\.csv"/],
  },
  {
    situation: 'Hugging Face: metadata.csv in each part, with captions',
    tree: {
      ...Object.assign(
        {},
        ...['train', 'validation', 'test'].map(part => ({
          [part]: 4,
          [`${part}/metadata.csv`]:
            lines('file_name,text,label') +
            each(4, (n, label) => `${n}.jpg,"a ${label}, number ${n}",${label}`),
        })),
      ),
    },
    classes: pets,
    parts: [4, 4, 4],
    notices: [/train\/metadata/, /validation\/metadata/, /test\/metadata/],
  },
  {
    situation: 'Hugging Face: metadata.jsonl with another column name',
    tree: {
      ...named('', 'NUMBER.jpg', 10),
      'metadata.jsonl': each(10, (n, label) => JSON.stringify({ file_name: `${n}.jpg`, category: label })),
    },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/classes by column "category"/],
  },
  {
    situation: 'Hugging Face: metadata.jsonl for photos in images/, by image_file_name',
    tree: {
      images: 10,
      'metadata.jsonl': each(10, (n, label) => JSON.stringify({ image_file_name: `images/${n}.jpg`, label })),
    },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/photos by column "image_file_name"/],
  },
  {
    situation: 'a metadata file that lists some of the photos',
    tree: {
      ...grid('CLASS', { x: 6 }, pets),
      'metadata.csv':
        lines('file_name,label') + each(8, (n, label) => `${label}/${(n + 1) >> 1}.jpg,${label}`),
    },
    classes: pets,
    parts: [6, 2, 0],
    notices: [
      /Labels come from "metadata\.csv"/,
      /^Left out: photos to which the table with the labels gives none \(4\), for example "cat\/5\.jpg"\.$/,
    ],
  },
  {
    situation: 'a metadata file beside class folders, several photos of one page',
    tree: {
      ...named('cat', 'NUMBER.jpg', 5),
      ...named('dog', 'NUMBER.jpg', 5),
      'metadata.jsonl': ['cat', 'dog']
        .flatMap(label =>
          Array.from({ length: 5 }, (_, n) =>
            JSON.stringify({
              file_name: `${label}/${n + 1}.jpg`,
              page_url: `https://example.org/${label}/${n >> 1}`,
              creator: n < 2 ? 'a' : 'b',
            }),
          ),
        )
        .join('\n'),
    },
    classes: pets,
    parts: [8, 2, 0],
    notices: [],
  },
  {
    situation: 'a metadata file without classes beside class folders',
    tree: {
      ...grid('CLASS', { x: 5 }, pets),
      'metadata.jsonl': each(10, (n, label) =>
        JSON.stringify({
          file_name: `${label}/${(n + 1) >> 1}.jpg`,
          license: 'CC0',
          url: `https://example.org/${n}`,
        }),
      ),
    },
    classes: pets,
    parts: [8, 2, 0],
  },
  {
    situation: 'metadata.parquet of pandas',
    tree: { ...named('', 'NUMBER.jpg', 10), 'metadata.parquet': parquet('pandas') },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/photos by column "file_name", classes by column "label"/],
  },
  {
    situation: "metadata.parquet of Hugging Face's datasets: classes as numbers with names, one without",
    tree: { ...named('', 'NUMBER.jpg', 10), 'metadata.parquet': parquet('class-label') },
    classes: pets,
    parts: [7, 2, 0],
    notices: [/by column "image_file_name", classes by column "label"/, /gives none: "10\.jpg"/],
  },
  {
    situation: "metadata.parquet with Hugging Face's image column, paths within objects",
    tree: { ...named('', 'NUMBER.jpg', 10), 'metadata.parquet': parquet('image-column') },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/photos by column "image\.path", classes by column "label"/],
  },
  ...['zstd', 'gzip', 'brotli', 'lz4', 'none'].map(
    (codec): Layout => ({
      situation: `metadata.parquet packed with ${codec}, with lists and bytes beside`,
      tree: { ...named('', 'NUMBER.jpg', 10), 'metadata.parquet': parquet(codec) },
      classes: pets,
      parts: [8, 2, 0],
      notices: [/classes by column "category"/],
    }),
  ),
]

describe('tables', () => {
  it.each(tables)('$situation', expectLayout)
})
