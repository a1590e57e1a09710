// Folders as people bring them: what is a class, what is a part, and what is said of it. A line a layout.
import { describe, expect, it } from 'vitest'
import { ImageData } from '../src/index.js'
import { photos, writeTree } from './support/files.js'

/** A tree: photos by folder and number, other files by content. */
type Tree = Readonly<Record<string, number | string>>

interface Layout {
  readonly situation: string
  readonly tree: Tree
  readonly options?: { readonly labelsFrom?: string; readonly followLinks?: boolean }
  readonly classes: readonly string[]
  /** Photos to learn from, to measure on, and kept for a test. */
  readonly parts: readonly [train: number, valid: number, test: number]
  /** What is said; nothing else may be. */
  readonly notices?: readonly RegExp[]
}

/** A folder's photos, numbered from a base so that no two folders hold the same. */
function files(tree: Tree): Record<string, string> {
  return Object.assign(
    {},
    ...Object.entries(tree).map(([path, content]) =>
      typeof content === 'number' ? photos(path, content) : { [path]: content },
    ),
  )
}

/** `cat/train: 3, …` for every class and part. */
function grid(pattern: string, counts: Readonly<Record<string, number>>, classes: readonly string[]): Tree {
  return Object.fromEntries(
    classes.flatMap(name =>
      Object.entries(counts).map(([part, count]) => [
        pattern.replaceAll('PART', part).replaceAll('CLASS', name),
        count,
      ]),
    ),
  )
}

const pets = ['cat', 'dog']

function csv(...lines: string[]): string {
  return lines.map(line => `${line}\n`).join('')
}

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
]

describe('folders that divide', () => {
  it.each(divided)('$situation', one => check(one))
})

async function check({ tree, options, classes, parts, notices = [] }: Layout): Promise<void> {
  const data = await ImageData.fromFolder(writeTree(files(tree)), options)
  const said = data.dataset.notices
  expect(data.labels, said.join('\n')).toEqual(classes)
  const counts = (['train', 'valid', 'test'] as const).map(split => data.photos(split).length)
  expect(counts, said.join('\n')).toEqual(parts)
  expect(said.length, said.join('\n')).toBe(notices.length)
  notices.forEach((notice, i) => void expect(said[i]).toMatch(notice))
}

void csv
