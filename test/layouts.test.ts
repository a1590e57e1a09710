// Folders as people bring them: what is a class, what is a part, and what is said of it. A line a layout.
import { describe, it } from 'vitest'
import { expectLayout, grid, type Layout } from './support/layouts.js'

const pets = ['cat', 'dog']

const divided: readonly Layout[] = [
  {
    situation: 'torchvision, timm, fastai, Ultralytics: train and val',
    tree: grid('PART/CLASS', { train: 4, val: 2 }, pets),
    classes: pets,
    parts: [8, 4, 0],
  },
  {
    situation: 'Kaggle: training_set/training_set and test_set/test_set',
    tree: grid('PART/PART/CLASS', { training_set: 5, test_set: 2 }, ['cats', 'dogs']),
    classes: ['cats', 'dogs'],
    parts: [8, 2, 4],
    notices: [/"training_set\/training_set" is train, "test_set\/test_set" is test/],
  },
  {
    situation:
      'Intel: seg_train/seg_train, seg_test/seg_test, and photos without labels in seg_pred/seg_pred',
    tree: {
      ...grid('PART/PART/CLASS', { seg_train: 5, seg_test: 2 }, ['forest', 'sea']),
      'seg_pred/seg_pred': 3,
    },
    classes: ['forest', 'sea'],
    parts: [8, 2, 4],
    notices: [/"seg_train\/seg_train" is train/, /Left out: folders beside the parts .*: "seg_pred"/],
  },
  ...(
    [
      ['train2017', 'val2017'],
      ['train_images', 'validation_images'],
      ['my-train', 'my-valid'],
      ['train data', 'val data'],
      ['trainset', 'valset'],
      ['01_train', '02_val'],
      ['Train', 'Validation'],
      ['TRAIN', 'VALID'],
      ['training-set', 'validation-set'],
      ['TrainImages', 'ValImages'],
      ['train (1)', 'val (1)'],
      ['dataset.train', 'dataset.dev'],
      ['birds train', 'birds validation'],
    ] as const
  ).map(
    ([train, valid]): Layout => ({
      situation: `${train} and ${valid}`,
      tree: grid('PART/CLASS', { [train]: 4, [valid]: 2 }, pets),
      classes: pets,
      parts: [8, 4, 0],
      notices: /^(train|validation|valid)$/i.test(train)
        ? []
        : [new RegExp(`"${train.replace(/[().]/g, '\\$&')}" is train, .* is valid`)],
    }),
  ),
  ...['trainval', 'train_val', 'TrainVal'].map(
    (joint): Layout => ({
      situation: `${joint} and test: what is learnt from and measured on while learning, together`,
      tree: grid('PART/CLASS', { [joint]: 5, test: 2 }, pets),
      classes: pets,
      parts: [8, 2, 4],
      notices: joint === 'train_val' ? [/"train_val" is train/] : [],
    }),
  ),
  {
    situation: 'each part in folders of its own (valid/valid, test/test, train/train)',
    tree: grid('PART/PART/CLASS', { train: 4, valid: 2, test: 1 }, pets),
    classes: pets,
    parts: [8, 4, 2],
    notices: [/"train\/train" is train, "valid\/valid" is valid, "test\/test" is test/],
  },
  {
    situation: 'parts with a folder images inside',
    tree: grid('PART/images/CLASS', { train: 4, val: 2 }, pets),
    classes: pets,
    parts: [8, 4, 0],
    notices: [/"train\/images" is train, "val\/images" is valid/],
  },
  {
    situation: 'chest_xray: a second copy of everything and litter of macOS beside the parts',
    tree: {
      ...grid('chest_xray/PART/CLASS', { train: 4, val: 2, test: 2 }, ['NORMAL', 'PNEUMONIA']),
      ...grid('chest_xray/chest_xray/PART/CLASS', { train: 4, val: 2 }, ['NORMAL', 'PNEUMONIA']),
      '__MACOSX/chest_xray/._x': 'x',
      'chest_xray/.DS_Store': 'x',
    },
    open: 'chest_xray',
    classes: ['NORMAL', 'PNEUMONIA'],
    parts: [8, 4, 4],
    notices: [/Left out: folders beside the parts of the data set: "chest_xray"/],
  },
  {
    situation: 'rps and rps-test-set: what is learnt from has no word of a part',
    tree: { ...grid('rps/CLASS', { x: 4 }, pets), ...grid('rps-test-set/CLASS', { x: 2 }, pets) },
    classes: pets,
    parts: [6, 2, 4],
    notices: [/"rps" is train, "rps-test-set" is test/],
  },
  {
    situation: 'horse-or-human and validation-horse-or-human',
    tree: {
      ...grid('horse-or-human/CLASS', { x: 4 }, ['horses', 'humans']),
      ...grid('validation-horse-or-human/CLASS', { x: 2 }, ['horses', 'humans']),
    },
    classes: ['horses', 'humans'],
    parts: [8, 4, 0],
    notices: [/"horse-or-human" is train, "validation-horse-or-human" is valid/],
  },
  {
    situation: 'class first, division below',
    tree: grid('CLASS/PART', { train: 4, test: 2, val: 1 }, pets),
    classes: pets,
    parts: [8, 2, 4],
    notices: [/^Every class folder is divided in itself \("cat\/test", .*the division is taken/],
  },
  {
    situation: 'class first, the division inside a folder images',
    tree: grid('CLASS/images/PART', { train: 4, test: 2 }, pets),
    classes: pets,
    parts: [6, 2, 4],
    notices: [/divided in itself \("cat\/images\/test"/],
  },
  {
    situation: 'class first, parts named after the class, too',
    tree: { ...grid('CLASS/CLASS_PART', { train: 4, test: 2 }, pets) },
    classes: pets,
    parts: [6, 2, 4],
    notices: [/divided in itself \("cat\/cat_test"/],
  },
  {
    situation: 'class first without a validation part, and a folder that is none',
    tree: { ...grid('CLASS/PART', { training: 5, testing: 2 }, pets), 'cat/raw': 3 },
    classes: pets,
    parts: [8, 2, 4],
    notices: [/divided in itself/, /Left out: folders beside the parts .*"cat\/raw"/],
  },
  {
    situation: 'Hugging Face: train, validation and test, with a README and a hidden cache',
    tree: {
      ...grid('PART/CLASS', { train: 4, validation: 2, test: 1 }, pets),
      'README.md': '---\ntask: x\n---\n',
      '.cache/huggingface/x.lock': '',
    },
    classes: pets,
    parts: [8, 4, 2],
  },
  {
    situation: 'fastai: train, valid, and a test folder without labels',
    tree: { ...grid('PART/CLASS', { train: 4, valid: 2 }, pets), test: 3 },
    classes: pets,
    parts: [8, 4, 0],
    notices: [/"test" has no class folders, only 3 files.*cannot be measured on: left out\.$/],
  },
  {
    situation: 'an empty folder in one part, and a class that valid lacks',
    tree: { ...grid('PART/CLASS', { train: 4, valid: 2 }, pets), 'train/cow': 3, 'valid/cow/notes.txt': 'x' },
    classes: ['cat', 'cow', 'dog'],
    parts: [11, 4, 0],
    notices: [
      /^"valid" has no photos of "cow": learnt from, and how well it is recognised cannot be measured\.$/,
      /^Left out: folders without a photo, so that they are no classes: "valid\/cow"\.$/,
    ],
  },
]

const notDivided: readonly Layout[] = [
  {
    situation: 'Keras image_dataset_from_directory, Teachable Machine: class folders',
    tree: { 'Class 1': 5, 'Class 2': 5 },
    classes: ['Class 1', 'Class 2'],
    parts: [8, 2, 0],
  },
  {
    situation: 'cats and dogs: PetImages in its archive, with a document, Thumbs.db and desktop.ini',
    tree: {
      ...grid('PetImages/CLASS', { x: 5 }, ['Cat', 'Dog']),
      'PetImages/Cat/Thumbs.db': 'x',
      'PetImages/Dog/desktop.ini': 'x',
      'MSR-LA - 3467.docx': 'x',
      'readme[1].txt': 'x',
    },
    classes: ['Cat', 'Dog'],
    parts: [8, 2, 0],
    notices: [/Everything lies in ".*PetImages"/],
  },
  {
    situation: 'train is a vehicle among others',
    tree: { train: 5, bus: 5, 'steam train': 5, dev_board: 5, test_tube: 5 },
    classes: ['bus', 'dev_board', 'steam train', 'test_tube', 'train'],
    parts: [20, 5, 0],
  },
  {
    situation: 'a test tube and a beaker, each with folders of its own',
    tree: { 'test_tube/clean': 3, 'test_tube/dirty': 2, 'beaker/tall': 3, 'beaker/low': 2 },
    classes: ['beaker', 'test_tube'],
    parts: [8, 2, 0],
  },
  {
    situation: 'two things whose names share no word but that of a part',
    tree: { 'steam train': 5, 'test tube': 5 },
    classes: ['steam train', 'test tube'],
    parts: [8, 2, 0],
  },
  {
    situation: 'tiny-imagenet: a folder images in every class',
    tree: grid('CLASS/images', { x: 5 }, ['n01443537', 'n01629819']),
    classes: ['n01443537', 'n01629819'],
    parts: [8, 2, 0],
  },
  {
    situation: 'LFW: a folder a person',
    tree: { 'man/Ann_Lee': 3, 'man/Bo_Ek': 2, 'woman/Cy_Oz': 5 },
    classes: ['man', 'woman'],
    parts: [8, 2, 0],
  },
  {
    situation: 'Food-101, CUB-200: class folders in images, lists and parts beside',
    tree: { ...grid('images/CLASS', { x: 5 }, pets), 'meta/classes.txt': 'x', 'parts/parts.txt': 'x' },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/Everything lies in ".*images"/],
  },
  {
    situation: 'Caltech-101, Stanford Dogs: annotations beside the folder of class folders',
    tree: { ...grid('Images/CLASS', { x: 5 }, pets), ...grid('Annotation/CLASS', { x: 2 }, pets) },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/^Left out: folders that only go with photos: "Annotation"\.$/],
  },
  {
    situation: 'an empty class folder',
    tree: { ...grid('CLASS', { x: 5 }, pets), 'cow/.keep': '', 'emu/notes/a.txt': 'x' },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/^Left out: folders without a photo, so that they are no classes \(2\), for example "cow"\.$/],
  },
  {
    situation: 'Teachable Machine: Class 1-samples, Class 2-samples',
    tree: { 'Class 1-samples': 5, 'Class 2-samples': 5 },
    classes: ['Class 1-samples', 'Class 2-samples'],
    parts: [8, 2, 0],
  },
  {
    situation: 'classes with photos, and the same folders with more of them beside',
    tree: { cat: 4, 'cat/old': 2, 'cat/new': 2, dog: 4, 'dog/old': 2, 'dog/new': 2 },
    classes: pets,
    parts: [12, 4, 0],
  },
  {
    situation: 'years in classes, of which one lacks some',
    tree: { 'cat/2021': 3, 'cat/2022': 2, 'dog/2022': 5 },
    classes: pets,
    parts: [8, 2, 0],
  },
  {
    situation: 'people, of whom two have one name',
    tree: { 'man/Kim': 1, 'man/Bo': 2, 'man/Al': 2, 'woman/Kim': 1, 'woman/Cy': 2, 'woman/Di': 2 },
    classes: ['man', 'woman'],
    parts: [8, 2, 0],
  },
  {
    situation: 'days as classes, settled by the person',
    tree: { 'day/in': 3, 'day/out': 2, 'night/in': 3, 'night/out': 2 },
    options: { labelsFrom: 'folders' },
    classes: ['day', 'night'],
    parts: [8, 2, 0],
  },
  {
    situation: 'vehicles with folders inside, settled by the person',
    tree: { 'train/steam': 3, 'train/diesel': 2, 'bus/city': 5 },
    options: { labelsFrom: 'folders' },
    classes: ['bus', 'train'],
    parts: [8, 2, 0],
  },
  {
    situation: 'a photo beside the class folders',
    tree: { ...grid('CLASS', { x: 5 }, pets), 'cover.jpg': 'x', LICENSE: 'x' },
    classes: pets,
    parts: [8, 2, 0],
    notices: [/^Left out: files that lie in no class folder: "cover.jpg"\.$/],
  },
]

describe('folders that divide', () => {
  it.each(divided)('$situation', expectLayout)
})

describe('folders that do not divide', () => {
  it.each(notDivided)('$situation', expectLayout)
})
