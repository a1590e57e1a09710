import type { Split } from '../photo.js'

/** What a folder's name says about the part of a data set that it holds. */
export interface PartName {
  readonly split: Split
  /** What else the name says, in lower case: `seg` of `seg_train`, `tube` of `test_tube`, nothing of `my-train`. */
  readonly rest: string
}

/** The field's words for the parts, as in Hugging Face's `datasets` (`data_files.py`). */
const words: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  // What the authors of VOC, DTD and Oxford's pets and flowers learn from in the end: train and val together.
  trainval: 'train',
  valid: 'valid',
  val: 'valid',
  validation: 'valid',
  dev: 'valid',
  test: 'test',
  testing: 'test',
  eval: 'test',
  evaluation: 'test',
}

/** Words that say nothing of what photos show; also glued to a part's word, as in `trainset`. */
const emptyWords = new Set(
  (
    'set sets data dataset datasets image images img imgs photo photos picture pictures pic pics jpg jpeg png file files ' +
    'folder folders dir split splits part parts sample samples my our the new all full small final raw original resized ' +
    'cropped processed batch batches chunk archive'
  ).split(' '),
)

/** The words of a name in lower case: whatever is no letter parts them, and so does a capital (`TrainImages`, `JPEGImages`). */
function wordsOf(name: string): string[] {
  return name
    .normalize('NFC')
    .replace(/(\p{Ll})(\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1$3 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter(word => word !== '')
}

/**
 * The part that a name stands for: one of the field's words, alone or beside others (`train2017`, `my-train`,
 * `01_train`, `train data`, `trainset`, `seg_train`). Undefined where there is none, or words of two parts.
 */
export function partName(name: string): PartName | undefined {
  const rest: string[] = []
  const splits = new Set<Split>()
  for (const word of joined(wordsOf(name))) {
    const split = splitOfWord(word)
    if (split !== undefined) splits.add(split)
    else if (!emptyWords.has(word)) rest.push(word)
  }
  const [split] = splits
  return splits.size === 1 && split !== undefined ? { split, rest: rest.join(' ') } : undefined
}

/** `train_val` is one word for both. */
function joined(words: readonly string[]): string[] {
  return words.flatMap((word, i) => {
    if (word === 'train' && words[i + 1] === 'val') return ['trainval']
    return word === 'val' && words[i - 1] === 'train' ? [] : [word]
  })
}

/** Whether a name means the photos to learn from and those to measure on together: `trainval.txt`. */
export function isJoint(name: string): boolean {
  return joined(wordsOf(name)).some(word => word.startsWith('trainval'))
}

function splitOfWord(word: string): Split | undefined {
  if (Object.hasOwn(words, word)) return words[word]
  for (const [start, split] of Object.entries(words))
    if (word.startsWith(start) && emptyWords.has(word.slice(start.length))) return split
  return undefined
}

/** Whether a name is one of the field's words and nothing else, in any letter case. */
export function isPlainPart(name: string): boolean {
  return Object.hasOwn(words, name.toLowerCase())
}

/** Whether a name says nothing of what photos show: `images`, `JPG`, `data_1`. */
export function isEmptyName(name: string): boolean {
  const all = wordsOf(name)
  return all.length > 0 && all.every(word => emptyWords.has(word))
}

/**
 * Whether names differ in nothing but a number or letter beside words that say nothing of what photos show, or that all
 * have: `HAM_images_part_1` and `HAM_images_part_2`, `batch_a` and `batch_b`. Bare numbers and letters are names of digits.
 */
export function areNumbered(names: readonly string[]): boolean {
  const all = names.map(wordsOf)
  const isShared = (word: string) => all.every(words => words.includes(word))
  return all.every(
    words =>
      words.some(word => word.length > 1) &&
      words.every(word => word.length === 1 || emptyWords.has(word) || (names.length > 1 && isShared(word))),
  )
}

/** Words for a kind of class: `Class 1` and `Class 2` are names that somebody gave, or Teachable Machine. */
const kinds = new Set('class category label type kind group grade level stage'.split(' '))

/**
 * Whether names are those of pieces into which photos were packed, such as `part_1` and `part_2`, `batch1` and `batch2`,
 * `HAM_images_part_1` and `HAM_images_part_2`: alike but for a number or letter, with a word for pieces or photos.
 */
export function arePieces(names: readonly string[]): boolean {
  const bare = names.map(name => wordsOf(name).filter(word => word.length > 1))
  const [first] = bare
  if (names.length < 2 || bare.some(words => words.join(' ') !== first.join(' '))) return false
  return first.some(word => emptyWords.has(word)) && !first.some(word => kinds.has(word))
}

/** Whether two names have a word in common. */
export function shareWord(a: string, b: string): boolean {
  const others = new Set(wordsOf(b))
  return wordsOf(a).some(word => others.has(word))
}

/** Whether two names have the same words. */
export function sameWords(a: string, b: string): boolean {
  return wordsOf(a).join(' ') === wordsOf(b).join(' ')
}
