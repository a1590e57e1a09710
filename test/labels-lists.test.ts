// Where classes come from when folders do not say them: lists of photos, tables that also divide them, and odd ways to write either. A line a layout.
import { describe, it } from 'vitest'
import { each, expectLayout, grid, type Layout, lines, named } from './support/layouts.js'

const pets = ['cat', 'dog']
/** `LABEL` for photo `n` of a list in turn. */
const fileLabel = (n: number, label: string) => `${n}.jpg,${label}`

const lists: readonly Layout[] = [
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

describe('lists and divisions', () => {
  it.each(lists)('$situation', expectLayout)
})
