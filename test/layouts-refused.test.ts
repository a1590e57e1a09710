// Folders that may mean one thing or another: what is asked of the person.
import { describe, it } from 'vitest'
import { expectRefused, grid, named, type Refused } from './support/layouts.js'

const pets = ['cat', 'dog']

const refused: readonly Refused[] = [
  { situation: 'nothing at all', tree: {}, error: /" is empty\. Put the photos of each class/ },
  {
    situation: 'flat train and test without labels',
    tree: { train: 5, test: 5 },
    error:
      /"train" has no class folders, only 5 files, such as "train\/1\.jpg"\. Put the photos of each class/,
  },
  {
    situation: 'flat train and test with classes in file names',
    tree: { ...named('train', 'cat.NUMBER.jpg', 4), ...named('train', 'dog.NUMBER.jpg', 4), test1: 3 },
    error: /"train" has no class folders.*\("cat" 4, "dog" 4\): --labels-from names takes them/,
  },
  {
    situation: 'parts one level further down than parts can be told (train/train/train)',
    tree: { 'seg_train/seg_train': 4, 'seg_test/seg_test': 4 },
    error: /"seg_train\/seg_train" has no class folders, only 4 files/,
  },
  {
    situation: 'a flat val alone',
    tree: { val: 5 },
    error: /There is "val" but no "train" folder.* evaluate RUN \S+/,
  },
  {
    situation: 'a flat val beside train with classes',
    tree: { ...grid('train/CLASS', { x: 4 }, pets), val: 4 },
    error: /"val" has no class folders, only 4 files, such as "val\/1\.jpg"/,
  },
  {
    situation: 'parts beside a class with photos',
    tree: { train: 5, test: 5, bus: 5 },
    error: /"test" and "train" are parts of a data set by their names, and "bus" lies beside/,
  },
  {
    situation: 'a lone seg_train beside seg_pred',
    tree: { 'seg_train/seg_train/sea': 4, 'seg_train/seg_train/ice': 4, 'seg_pred/seg_pred': 4 },
    error: /"seg_train" is a part of a data set by its name, and "seg_pred" lies beside/,
  },
  {
    situation: 'every class a folder a part',
    tree: grid('CLASS_PART', { train: 4, test: 2 }, pets),
    error:
      /"cat_test", "cat_train".* are parts of more than one data set.*make it train\/CLASS and test\/CLASS/,
  },
  {
    situation: 'two folders for one part',
    tree: grid('PART/CLASS', { train: 4, val: 2, validation: 2 }, pets),
    error: /"val" and "validation" both mean valid/,
  },
  {
    situation: 'the same folders in all classes: a division in other words',
    tree: grid('PART/CLASS', { entrenamiento: 4, prueba: 2 }, pets),
    error: /"entrenamiento", "prueba" all have the same folders "cat", "dog" with their photos in them/,
  },
  {
    situation: 'the same folders in all classes of a part',
    tree: grid('train/PART/CLASS', { day: 4, night: 4 }, pets),
    error: /"day", "night" in "train" all have the same folders "cat", "dog"/,
  },
  {
    situation: 'folds',
    tree: grid('PART/CLASS', { fold1: 2, fold2: 2, fold3: 2 }, pets),
    error: /"fold1", "fold2", "fold3" all have the same folders/,
  },
  {
    situation: 'flowers: everything a second time beside the classes',
    tree: { rose: 4, tulip: 4, 'flowers/rose': 4, 'flowers/tulip': 4 },
    error: /"flowers" lies beside "rose", "tulip" and holds folders of the same names, so it is no class/,
  },
  {
    situation: 'a division in other words, of which one part lacks a class',
    tree: { 'day/cat': 3, 'day/dog': 3, 'night/cat': 3 },
    error: /"day", "night" have folders of the same names, "cat", with their photos in them/,
  },
  {
    situation: 'a division in other words whose classes are written in other letter cases',
    tree: { 'day/Cat': 3, 'day/Café dog': 3, 'night/cat': 3, 'night/cafe\u0301 dog': 3 },
    error: /"day", "night" all have the same folders "Cafe?.* dog", "Cat"/i,
  },
  {
    situation: 'a division in other words with a photo that lies astray',
    tree: { day: 1, 'day/cat': 3, 'day/dog': 3, 'night/cat': 3, 'night/dog': 3 },
    error: /"day", "night" all have the same folders "cat", "dog" with their photos in them/,
  },
  {
    situation: 'places that share half of their classes',
    tree: { 'here/cat': 3, 'here/dog': 3, 'there/dog': 3, 'there/cow': 3 },
    error: /"here", "there" have folders of the same names, "dog", with/,
  },
  {
    situation: 'PlantVillage: everything a second time, wrapped under the same name',
    tree: {
      ...grid('PlantVillage/CLASS', { x: 3 }, pets),
      ...grid('plantvillage/PlantVillage/CLASS', { x: 3 }, pets),
    },
    error: /"PlantVillage", "plantvillage" all have the same folders "cat", "dog"/,
  },
  {
    situation: 'pieces of one collection without a table',
    tree: { HAM_images_part_1: 4, HAM_images_part_2: 4 },
    error:
      /"HAM_images_part_1", "HAM_images_part_2" are named like pieces.*labels\.csv.*--labels-from folders/,
  },
  {
    situation: 'batches',
    tree: { batch1: 3, batch2: 3, batch3: 3 },
    error: /"batch1", "batch2", … are named like pieces/,
  },
  {
    situation: 'outlining objects: images and masks',
    tree: { images: 4, masks: 4 },
    error:
      /"images" has no class folders, only 4 files.*Folders like "masks" look like a data set for finding/,
  },
  {
    situation: 'VOC: JPEGImages, Annotations, SegmentationClass',
    tree: { JPEGImages: 4, SegmentationClass: 2, 'Annotations/1.xml': '<x/>' },
    error: /"JPEGImages" has no class folders.*Folders like "SegmentationClass" look like/,
  },
  {
    situation: 'flowers-102: photos in jpg, labels in a MATLAB file',
    tree: { jpg: 4, 'imagelabels.mat': 'x' },
    error: /"jpg" has no class folders, only 4 files/,
  },
  {
    situation: 'all class folders but one are empty',
    tree: { cat: 4, 'dog/.keep': '' },
    error: /has only one class, "cat"\. There is no photo in "dog"/,
  },
  {
    situation: 'an empty valid: no other is drawn',
    tree: { ...grid('train/CLASS', { x: 4 }, pets), 'valid/.keep': '' },
    error: /"valid" has no class folders/,
  },
  {
    situation: 'a division too deep in the classes',
    tree: {
      ...grid('cat/CLASS/PART', { train: 3, test: 1 }, ['tabby', 'siamese']),
      ...grid('dog/CLASS/PART', { train: 3, test: 1 }, ['pug']),
      'cat/loose.jpg': 'x',
    },
    error:
      /"test", "train" in "cat\/siamese" look like parts of a data set, but lie too deep in the class "cat"/,
  },
  {
    situation: 'folds that are divided in themselves',
    tree: {
      ...grid('fold_0/PART/CLASS', { train: 3, test: 1 }, pets),
      ...grid('fold_1/train/CLASS', { x: 3 }, pets),
    },
    error:
      /"fold_0\/train", "fold_1\/train" all have the same folders "cat", "dog" with their photos in them/,
  },
  {
    situation: 'one class divided in itself, another not',
    tree: { 'cat/train': 4, 'cat/test': 2, dog: 5 },
    error: /"cat\/test" and "cat\/train" divide the class "cat", but "dog" is not divided/,
  },
  {
    situation: 'classes divided in themselves with photos beside the parts',
    tree: { ...grid('CLASS/PART', { train: 4, test: 2 }, pets), 'dog/loose.jpg': 'x' },
    error: /but "dog" also holds photos itself, like "loose\.jpg"/,
  },
  {
    situation: 'classes with nothing but a test part',
    tree: grid('CLASS/PART', { test: 4 }, pets),
    error: /Every class folder holds a part of the data set \("cat\/test"\), but none holds "train"/,
  },
  {
    situation: 'YOLO: images and labels in each part',
    tree: { 'train/images': 4, 'train/labels/1.txt': 'x', 'valid/images': 2, 'valid/labels/1.txt': 'x' },
    error:
      /Folders like "train\/labels" look like a data set for finding objects.*train\/images\/metadata\.csv/,
  },
  {
    situation: 'YOLO: images and labels, each divided',
    tree: { 'images/train': 4, 'labels/train/1.txt': 'x', 'images/val': 2, 'labels/val/1.txt': 'x' },
    error: /Folders like "labels" look like a data set for finding objects/,
  },
  {
    situation: 'Hugging Face: photos inside Parquet files',
    tree: { 'data/train-00000-of-00001.parquet': 'PAR1', 'README.md': 'x' },
    error: /There is no photo here, but "data\/train-00000-of-00001\.parquet", which may hold photos/,
  },
  {
    situation: 'MVTec: one good class to learn from, faults in the test part',
    tree: { 'train/good': 4, 'test/good': 2, 'test/broken': 2, 'ground_truth/broken': 2 },
    error: /The test photos have classes that the training photos lack: "broken"/,
  },
]

describe('folders that may mean one thing or another', () => {
  it.each(refused)('$situation', expectRefused)
})
