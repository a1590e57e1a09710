import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ChiquitoError, said } from '../core/index.js'
import { FOLLOW_LINKS, type Part } from './folders/index.js'
import type { ClassOfPart, LabelledFiles } from './labels/index.js'
import type { Split } from './photo.js'

/** Classes or folders named in a message; more would not be read. */
const MOST_NAMED = 4

/**
 * The class names, sorted, of a data set that can be trained on, or measured on.
 *
 * @param root - for messages
 * @param measureOnly - nothing is learnt from it: one class will do, and parts may have different ones
 * @throws `data` for no classes, one class, an empty class, or parts whose classes differ
 */
export function checkClasses(
  root: string,
  { files, classes, parts, hints }: LabelledFiles,
  notice: (message: string) => void,
  measureOnly = false,
): string[] {
  for (const part of parts) requireClasses(root, part, classesOf(classes, part.split), hints, notice)
  const filled = new Set(files.map(keyOf))
  for (const one of classes) if (!filled.has(keyOf(one))) reportEmpty(one, notice)
  if (measureOnly) return names(classes)
  noticeTwins(names(classes), notice)
  const learnt = names(classes.filter(({ split }) => split !== 'test'))
  compareValid(names(classesOf(classes, 'train')), names(classesOf(classes, 'valid')), parts, notice)
  compareTest(learnt, names(classesOf(classes, 'test')), notice)
  if (learnt.length < 2)
    throw new ChiquitoError(
      'data',
      [
        `"${root}" has only one class, "${learnt[0]}".`,
        ...parts.flatMap(bareSeen),
        ...hints,
        'A classifier tells classes apart: add a folder with photos of something else (for ' +
          `"${learnt[0]} or not", a folder "not").`,
      ].join(' '),
      { said: said('one-class', learnt[0]) },
    )
  return learnt
}

/** `Cat` and `cat` are two classes, as everywhere, and seldom meant. */
function noticeTwins(labels: readonly string[], notice: (message: string) => void): void {
  const seen = new Map<string, string>()
  for (const label of labels) {
    const plain = label.toLowerCase().replaceAll(/[\s_-]+/g, ' ')
    const twin = seen.get(plain)
    if (twin !== undefined) {
      notice(
        `Classes ${list([twin, label])} differ in nothing but how they are written. Rename one if they are the same.`,
      )
      return
    }
    seen.set(plain, label)
  }
}

function requireClasses(
  root: string,
  part: Part,
  classes: readonly ClassOfPart[],
  hints: readonly string[],
  notice: (message: string) => void,
): void {
  if (classes.length > 0) return
  const { folder, split, links, loose } = part
  const name = folder === '' ? root : folder
  const linked = links.length > 0 ? ` ${linksSeen(links.length, name)}` : ''
  const files = loose.length === 1 ? 'one file' : `${loose.length} files`
  const only = loose.length > 0 ? `, only ${files}, such as "${loose[0]}"` : ''
  if (split === 'test') {
    notice(
      `"${name}" has no class folders${only}, and nothing else gives its photos classes, so they cannot be measured ` +
        `on: left out.${linked}`,
    )
    return
  }
  throw new ChiquitoError(
    'data',
    [
      isEmptyFolder(root, folder) ? `"${name}" is empty.` : `"${name}" has no class folders${only}.${linked}`,
      ...bareSeen(part),
      ...hints,
      'Put the photos of each class in a folder of its own, named after the class' +
        (loose.length > 0
          ? `, or list them in ${folder === '' ? '' : `${folder}/`}metadata.csv (file_name,label).`
          : '.'),
    ].join(' '),
  )
}

function isEmptyFolder(root: string, folder: string): boolean {
  return readdirSync(join(root, folder)).length === 0
}

/** A class of the test part may lack photos: then it is not measured. */
function reportEmpty(one: ClassOfPart, notice: (message: string) => void): void {
  const name = one.folder ?? one.label
  const message = `Class "${one.label}" is empty: there is no photo in "${name}".`
  const linked = one.links > 0 ? ` ${linksSeen(one.links, name)}` : ''
  if (one.split !== 'test')
    throw new ChiquitoError('data', `${message}${linked || ' Add photos, or remove the folder.'}`)
  notice(`${message}${linked}`)
}

/** Folders that would be classes if they held photos, as a sentence. */
function bareSeen({ homes, bare }: Part): string[] {
  if (bare.length === 0 || homes.length + bare.length < 2) return []
  return [`There is no photo in ${list(bare)}.`]
}

function linksSeen(count: number, folder: string): string {
  const lead = 'out of the data set or nowhere and'
  return count === 1
    ? `There is 1 link in "${folder}" that leads ${lead} was not followed. ${FOLLOW_LINKS}`
    : `There are ${count} links in "${folder}" that lead ${lead} were not followed. ${FOLLOW_LINKS}`
}

function keyOf({ split, label }: { split: Split | undefined; label: string }): string {
  return `${split} ${label}`
}

/** A class without validation photos is learnt and not measured; one without training photos cannot be learnt. */
function compareValid(
  train: readonly string[],
  valid: readonly string[],
  parts: readonly Part[],
  notice: (message: string) => void,
): void {
  const folderOf = (split: Split) => parts.find(part => part.split === split)?.folder
  const [trainFolder, validFolder] = [folderOf('train'), folderOf('valid')]
  if (trainFolder === undefined || validFolder === undefined) return
  const unknown = valid.filter(label => !train.includes(label))
  const unmeasured = train.filter(label => !valid.includes(label))
  if (unknown.length > 0)
    throw new ChiquitoError(
      'data',
      `The photos to learn from lack classes: only "${validFolder}" has ${list(unknown)}` +
        `${unmeasured.length > 0 ? `, and only "${trainFolder}" has ${list(unmeasured)}` : ''}. ` +
        'Rename the folders, or add the missing ones.',
    )
  if (unmeasured.length > 0)
    notice(
      `"${validFolder}" has no photos of ${list(unmeasured)}: learnt from, and how well ` +
        `${unmeasured.length === 1 ? 'it is' : 'they are'} recognised cannot be measured.`,
    )
}

function compareTest(
  learnt: readonly string[],
  tested: readonly string[],
  notice: (message: string) => void,
): void {
  const unknown = tested.filter(label => !learnt.includes(label))
  if (unknown.length > 0 && learnt.length > 0)
    throw new ChiquitoError(
      'data',
      `The test photos have classes that the training photos lack: ${list(unknown)}. Rename or remove those folders.`,
    )
  const untested = learnt.filter(label => !tested.includes(label))
  if (tested.length > 0 && untested.length > 0) notice(`There are no test photos of ${list(untested)}.`)
}

function classesOf(classes: readonly ClassOfPart[], split: Split | undefined): ClassOfPart[] {
  return classes.filter(one => one.split === split)
}

function names(classes: readonly ClassOfPart[]): string[] {
  return [...new Set(classes.map(({ label }) => label))].sort()
}

function list(labels: readonly string[]): string {
  const named = labels.slice(0, MOST_NAMED).map(label => `"${label}"`)
  const more = labels.length - named.length
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
