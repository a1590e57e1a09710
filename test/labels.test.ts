// Where classes come from when folders do not say them: tables, file names, links. A line a layout.
import { readFileSync } from 'node:fs'
import path from 'node:path'
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
  {
    situation: 'tiny-imagenet: val_annotations.txt, tabs and no names of columns',
    tree: {
      ...grid('train/CLASS/images', { x: 4 }, pets),
      'val/images': 4,
      'val/val_annotations.txt': each(4, (n, label) => `${n}.jpg\t${label}\t${n % 2}\t0\t62\t57`),
    },
    classes: pets,
    parts: [8, 4, 0],
    notices: [/"val\/images" is valid/, /"val\/val_annotations\.txt": .* classes by column "column 2"/],
  },
  {
    situation: 'Caffe: train.txt and val.txt with paths and numbers, for one folder',
    tree: {
      images: 8,
      'train.txt': each(6, (n, one) => `images/${n}.jpg ${one}`, ['0', '1']),
      'val.txt': lines('images/7.jpg 0', 'images/8.jpg 1'),
    },
    classes: ['0', '1'],
    parts: [6, 2, 0],
    notices: [/"train\.txt"/, /"val\.txt"/, /^The names of the tables divide the photos/],
  },
  {
    situation: 'Food-101: class folders, and lists of the training and test photos',
    tree: {
      ...grid('images/CLASS', { x: 5 }, pets),
      'meta/train.txt': lines(...pets.flatMap(pet => [1, 2, 3].map(n => `${pet}/${n}`))),
      'meta/test.txt': lines(...pets.flatMap(pet => [4, 5].map(n => `${pet}/${n}`))),
      'meta/classes.txt': lines(...pets),
    },
    classes: pets,
    parts: [4, 2, 4],
    notices: [/^Tables divide the photos: "meta\/test\.txt", "meta\/train\.txt"\.$/],
  },
  {
    situation: 'MIT Indoor 67: TrainImages.txt and TestImages.txt beside the folder of class folders',
    tree: {
      ...grid('Images/CLASS', { x: 4 }, ['cat', 'dog']),
      'TrainImages.txt': lines('cat/1.jpg', 'cat/2.jpg', 'cat/3.jpg', 'dog/1.jpg', 'dog/2.jpg', 'dog/3.jpg'),
      'TestImages.txt': lines('cat/4.jpg', 'dog/4.jpg'),
    },
    classes: ['cat', 'dog'],
    parts: [4, 2, 2],
    notices: [/^Tables divide the photos: "TestImages\.txt", "TrainImages\.txt"\.$/],
  },
  {
    situation: 'CUB-200: lists that share numbers, one of them with the test photos, and a README',
    tree: {
      ...grid('CUB/images/CLASS', { x: 4 }, ['001.Auk', '002.Owl']),
      'CUB/images.txt': each(8, n => `${n} ${n > 4 ? '002.Owl' : '001.Auk'}/${((n - 1) % 4) + 1}.jpg`),
      'CUB/image_class_labels.txt': each(8, n => `${n} ${n > 4 ? 2 : 1}`),
      'CUB/classes.txt': lines('1 001.Auk', '2 002.Owl'),
      'CUB/train_test_split.txt': each(8, n => `${n} ${n % 4 === 0 ? 0 : 1}`),
      'CUB/bounding_boxes.txt': each(8, n => `${n} 6.0 27.0 325.0 304.0`),
      'CUB/attributes/image_attribute_labels.txt': each(8, n => `${n} 1 0 3 27.7`),
      'CUB/parts/parts.txt': lines('1 back', '2 beak'),
      'CUB/README': 'x',
    },
    classes: ['001.Auk', '002.Owl'],
    parts: [4, 2, 2],
    notices: [/^Everything lies in ".*CUB"/, /^Tables divide the photos: "images\.txt"\.$/],
  },
  {
    situation: 'the same lists for one folder of photos, names of classes with spaces',
    tree: {
      images: 8,
      'images.txt': each(8, n => `0a${n} ${n}.jpg`),
      'image_class_labels.txt': each(8, n => `0a${n} ${(n % 2) + 1}`),
      'classes.txt': lines('1 Oak Titmouse', '2 Ovenbird (immature male)'),
      'train_test_split.txt': each(8, n => `0a${n} ${n < 7 ? 1 : 0}`),
    },
    classes: ['Oak Titmouse', 'Ovenbird (immature male)'],
    parts: [4, 2, 2],
    notices: [
      /^Labels come from "images\.txt": photos by column "image", classes by column "class", their part by column "is_tr/,
    ],
  },
  {
    situation: 'images.txt that is a list like others',
    tree: { images: 8, 'images.txt': each(8, (n, label) => `${n}.jpg ${label}`) },
    classes: pets,
    parts: [6, 2, 0],
    notices: [/^Labels come from "images\.txt"/],
  },
  {
    situation: 'FGVC-Aircraft: a number, and a name with spaces',
    tree: {
      'data/images': 8,
      'data/images_variant_train.txt': each(6, (n, label) => `${n} ${label}`, ['Boeing 717', '707-320']),
      'data/images_variant_test.txt': lines('7 Boeing 717', '8 707-320'),
      'data/images_box.txt': each(8, n => `${n} 1 2 3 4`),
    },
    classes: ['707-320', 'Boeing 717'],
    parts: [4, 2, 2],
    notices: [
      /^Everything lies in ".*data"/,
      /^Labels come from "images_variant_test\.txt"/,
      /^Labels come from "images_variant_train\.txt"/,
      /^The names of the tables divide the photos/,
    ],
  },
  {
    situation: 'a text to every photo is no list',
    tree: {
      ...grid('CLASS', { x: 5 }, ['cat', 'dog']),
      ...Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`notes/train_${i}.txt`, 'cat/1.jpg'])),
    },
    classes: ['cat', 'dog'],
    parts: [8, 2, 0],
    notices: [/^Left out: folders without a photo, so that they are no classes: "notes"\.$/],
  },
  {
    situation: 'a column that puts a photo of train into test',
    tree: {
      ...grid('PART/CLASS', { train: 4, val: 2 }, pets),
      'splits.csv': lines(
        'file,split',
        'train/cat/1.jpg,test',
        'train/cat/2.jpg,train',
        'val/cat/1.jpg,valid',
      ),
    },
    classes: pets,
    parts: [8, 4, 0],
    notices: [
      /puts 1 photo into other parts \("train\/cat\/1\.jpg" lies in train and is listed as test\): the folders hold/,
    ],
  },
  {
    situation: 'metadata that divides otherwise than the folders',
    tree: {
      ...grid('PART/CLASS', { train: 4, val: 2 }, pets),
      'metadata.csv': lines(
        'file_name,label,split',
        ...pets.flatMap(pet => [1, 2, 3, 4].map(n => `train/${pet}/${n}.jpg,${pet},train`)),
        ...pets.flatMap(pet => [1, 2].map(n => `val/${pet}/${n}.jpg,${pet},train`)),
      ).replace('1.jpg,cat,train', '1.jpg,cat,test'),
    },
    classes: pets,
    parts: [8, 4, 0],
    notices: [/^Labels come from/, /puts 5 photos into other parts/],
  },
  {
    situation: 'lists that do not name every photo of the class folders',
    tree: {
      ...grid('CLASS', { x: 5 }, pets),
      'train.txt': lines('cat/1.jpg', 'dog/1.jpg'),
      'test.txt': lines('cat/2.jpg', 'dog/2.jpg'),
    },
    classes: pets,
    parts: [8, 2, 0],
    notices: [
      /^Not used: the division into parts by "test\.txt", "train\.txt", as they do not name "cat\/3\.jpg"/,
    ],
  },
  {
    situation: 'class folders, and a column that divides',
    tree: {
      ...grid('CLASS', { x: 5 }, pets),
      'metadata.csv':
        lines('file_name,split') +
        lines(
          ...pets.flatMap(pet => [1, 2, 3, 4, 5].map(n => `${pet}/${n}.jpg,${n < 4 ? 'train' : 'test'}`)),
        ),
    },
    classes: pets,
    parts: [4, 2, 4],
    notices: [/^Tables divide the photos: "metadata\.csv"\.$/],
  },
  {
    situation: 'FER-2013: PublicTest and PrivateTest, and a word that is no part',
    tree: {
      images: 10,
      'labels.csv':
        lines('file,label,Usage') +
        each(
          10,
          (n, label) =>
            `${n}.jpg,${label},${['Training', 'Training', 'PublicTest', 'PrivateTest', 'x'][(n - 1) >> 1]}`,
        ),
    },
    classes: pets,
    parts: [2, 2, 4],
    notices: [
      /their part by column "Usage"/,
      /^Column "Usage" puts 2 photos in no part .*\("x"\): left out/,
      /\(2\)/,
    ],
  },
  {
    situation: 'a column that divides in words unknown',
    tree: {
      images: 10,
      'labels.csv': lines('file,label,split') + each(10, (n, label) => `${n}.jpg,${label},${n % 3}`),
    },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/classes by column "label"\.$/, /^Column "split" does not say in known words .*not used\.$/],
  },
  {
    situation: 'GTSRB: class folders in Train, photos and Test.csv in Test, other tables beside',
    tree: {
      ...grid('Train/CLASS', { x: 4 }, pets),
      Test: 4,
      Meta: 2,
      'Train.csv': lines('ClassId,Path', 'cat,Train/cat/1.jpg', 'dog,Train/dog/1.jpg'),
      'Test.csv': lines('ClassId,Path') + each(4, (n, label) => `${label},Test/${n}.jpg`),
    },
    classes: pets,
    parts: [6, 2, 4],
    notices: [/"Test\.csv": photos by column "Path"/, /folders beside the parts .*"Meta"/],
  },
  {
    situation: 'ISIC 2019: one folder of photos, numbers with a point, a table beside',
    tree: {
      ...named('ISIC_2019_Training_Input', 'ISIC_NUMBER.jpg', 10),
      'ISIC_2019_Training_GroundTruth.csv':
        lines('image,MEL,NV,BCC') + each(10, (n, one) => `ISIC_${n},${one},0.0`, ['1.0,0.0', '0.0,1.0']),
    },
    classes: ['MEL', 'NV'],
    parts: [8, 2, 0],
    notices: [/classes by column "MEL", "NV", "BCC"/],
  },
  {
    situation: 'a table in a folder beside the photos',
    tree: { images: 10, 'annotations/labels.csv': lines('file,label') + each(10, fileLabel) },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/"annotations\/labels\.csv"/, /folders that only go with photos: "annotations"/],
  },
  ...(
    [
      ['another extension', (n: number) => `${n}.png`],
      ['an extension in capitals', (n: number) => `${n}.JPG`],
      ['an address', (n: number) => `https://example.org/a/${n}.jpg?width=640`],
    ] as const
  ).map(
    ([what, name]): Layout => ({
      situation: `photos named with ${what}`,
      tree: {
        images: 10,
        'labels.csv': lines('photo,label') + each(10, (n, label) => `${name(n)},${label}`),
      },
      classes: pets,
      parts: [8, 2, 0],
      notices: [/photos by column "photo"/],
    }),
  ),
  {
    situation: 'no names of columns and none of the extensions: the first line counts, too',
    tree: {
      ...named('images', 'xNUMBER.jpg', 10),
      'labels.csv': each(10, (n, label) => `x${n},${label}`),
    },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/photos by column "column 1", classes by column "column 2"/],
  },
  {
    situation: "Excel's sep= line, empty cells left out or too many, NaN for none",
    tree: {
      images: 12,
      'labels.csv': `sep=;\r\n${lines('file;label;note')}${each(10, (n, label) => `${n}.jpg;${label}${n % 2 ? '' : ';;'}`)}11.jpg;NaN\n`,
    },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/classes by column "label"/, /gives none \(2\), for example "images\/11\.jpg"/],
  },
  {
    situation: 'classes that differ in a capital',
    tree: { images: 8, 'labels.csv': lines('file,label') + each(8, fileLabel, ['Cat', 'cat', 'dog', 'dog']) },
    classes: ['Cat', 'cat', 'dog'],
    parts: [5, 3, 0],
    notices: [/"labels\.csv"/, /^Classes "Cat", "cat" differ in nothing but how they are written/],
  },
]

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

describe('tables', () => {
  it.each(tables)('$situation', expectLayout)
})

describe('file names', () => {
  it.each(names)('$situation', expectLayout)
})

describe.skipIf(process.platform === 'win32')('links (Windows lets only some people make them)', () => {
  it.each(links)('$situation', expectLayout)
  it.each(refusedLinks)('$situation', expectRefused)
})

describe('labels that cannot be had', () => {
  it.each(refused)('$situation', expectRefused)
})
