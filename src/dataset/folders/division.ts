import { ChiquitoError, commandName, shellPath } from '../../core/index.js'
import { child, type FolderReader } from './folder-reader.js'
import { type Layout, type LayoutOptions, type Part, wholePart } from './part.js'
import { isPlainPart, type PartName, partName, sameWords, shareWord } from './part-names.js'
import { descend, type Entered, hasMetadata } from './wrappers.js'

const order: readonly string[] = ['train', 'valid', 'test']

/** A folder that is a part by its name, and what lies in it. */
interface Candidate extends PartName {
  readonly name: string
  readonly entered: Entered
}

/**
 * The parts that folders of `base` are, where their names say so and what lies in and beside them agrees. Undefined
 * where they are classes, like `train` beside `bus`, or `test_tube` beside `beaker`.
 *
 * @throws `data` where it cannot be told, or the parts contradict each other
 */
export async function findDivision(
  reader: FolderReader,
  base: Entered,
  options: LayoutOptions,
): Promise<Layout | undefined> {
  const candidates = await candidatesIn(reader, base, options.folderNames === 'settled')
  const group = await divisionAmong(reader, base, candidates, options)
  if (group === undefined) return undefined
  requireOneMeaning(group, options.measureOnly, reader.root)
  for (const name of base.listing.folders)
    if (!group.some(one => one.name === name)) options.oddities.add('extra-folder', child(base.folder, name))
  const sorted = group.toSorted((a, b) => order.indexOf(a.split) - order.indexOf(b.split))
  const parts = sorted.map(({ split, entered }) => wholePart(split, entered))
  for (const name of base.listing.files) options.oddities.add('outside', child(base.folder, name))
  noticeNames(sorted, parts, options.notice)
  return {
    parts,
    tableFolders: [...base.through, ...sorted.flatMap(({ entered }) => entered.through)],
    asides: [base, ...sorted.map(({ entered }) => entered)].flatMap(({ asides }) => asides),
  }
}

async function candidatesIn(
  reader: FolderReader,
  { folder, listing }: Entered,
  isSettled: boolean,
): Promise<Candidate[]> {
  const candidates: Candidate[] = []
  // A part without photos is one nevertheless: it is named, not drawn anew from the others.
  const bare = listing.bare.filter(name => partName(name)?.rest === '')
  for (const name of [...listing.folders, ...bare].sort()) {
    const part = partName(name)
    if (part === undefined) continue
    const entered = await descend(reader, child(folder, name), part.split, isSettled)
    candidates.push({ ...part, name, entered })
  }
  return candidates
}

/** The candidates that make up a division; undefined where all folders are classes. */
async function divisionAmong(
  reader: FolderReader,
  base: Entered,
  candidates: readonly Candidate[],
  options: LayoutOptions,
): Promise<readonly Candidate[] | undefined> {
  const [pair, ...morePairs] = pairsOf(candidates)
  const others = base.listing.folders.filter(name => !candidates.some(one => one.name === name))
  const isSettled = options.folderNames === 'settled'
  const isLabelled = hasMetadata(base.listing)
  /** The group, if no photos beside speak against it. */
  const unless = async (group: readonly Candidate[]) => {
    const other = await photosBeside(reader, base, others)
    if (other === undefined) return group
    if (isSettled) return undefined
    throw partOrClass(group, other)
  }
  if (morePairs.length > 0) throw severalDivisions(candidates)
  if (pair !== undefined) return pair.some(isHolder) || isLabelled ? pair : unless(pair)
  const plain = candidates.filter(one => one.rest === '')
  if (plain.length > 0 && (plain.some(isHolder) || isLabelled || others.length === 0)) return unless(plain)
  // `seg_test/seg_test/{sea,ice}` and nothing beside: what one class would be is a part.
  if (others.length === 0 && candidates.length === 1 && candidates[0].entered.listing.folders.length > 1)
    return isSettled ? undefined : candidates
  const twins = await withTwin(reader, base, candidates, others)
  if (twins !== undefined && !isSettled) return twins
  const lone = candidates.find(one => isHolder(one) && others.some(name => shareWord(one.rest, name)))
  if (lone !== undefined && !isSettled) throw partOrClass([lone], others[0])
  return undefined
}

/** Groups of candidates for different parts whose names are alike otherwise: `seg_train` and `seg_test`. */
function pairsOf(candidates: readonly Candidate[]): (readonly Candidate[])[] {
  const groups = new Map<string, Candidate[]>()
  for (const one of candidates) groups.set(one.rest, [...(groups.get(one.rest) ?? []), one])
  return [...groups.values()].filter(group => new Set(group.map(({ split }) => split)).size > 1)
}

/**
 * `rps` and `rps-test-set`, `horse-or-human` and `validation-horse-or-human`: the one beside a part that has its words and no
 * word of a part is what is learnt from, if it holds the same class folders.
 */
async function withTwin(
  reader: FolderReader,
  base: Entered,
  candidates: readonly Candidate[],
  others: readonly string[],
): Promise<readonly Candidate[] | undefined> {
  const [other, ...more] = others
  if (other === undefined || more.length > 0 || candidates.length === 0) return undefined
  if (!candidates.every(({ rest, split }) => split !== 'train' && rest !== '' && sameWords(rest, other)))
    return undefined
  const entered = await descend(reader, child(base.folder, other), 'train', false)
  const holds = new Set(entered.listing.folders)
  const isSame = candidates.every(
    one =>
      one.entered.listing.folders.length > 1 && one.entered.listing.folders.every(name => holds.has(name)),
  )
  return isSame
    ? [{ split: 'train', rest: candidates[0].rest, name: other, entered }, ...candidates]
    : undefined
}

/** Whether a candidate holds class folders, or photos that a table labels. */
function isHolder({ entered }: Candidate): boolean {
  return entered.listing.folders.length > 0 || hasMetadata(entered.listing)
}

/** A folder with photos beside parts may be a part under another name, or a class, with the parts as classes. */
async function photosBeside(
  reader: FolderReader,
  { folder }: Entered,
  others: readonly string[],
): Promise<string | undefined> {
  for (const name of others) if (await reader.hasPhotos(child(folder, name))) return name
  return undefined
}

function partOrClass(group: readonly Candidate[], other: string): ChiquitoError {
  const names = group.map(({ name }) => `"${name}"`).join(' and ')
  const are =
    group.length === 1 ? 'is a part of a data set by its name' : 'are parts of a data set by their names'
  return new ChiquitoError(
    'data',
    `${names} ${are}, and "${other}" lies beside, so it may be a part of the data set or a class. If it is a part, ` +
      `move "${other}" elsewhere; if it is a class, rename it, or say --labels-from folders.`,
  )
}

function severalDivisions(candidates: readonly Candidate[]): ChiquitoError {
  const names = candidates.map(({ name }) => `"${name}"`).join(', ')
  return new ChiquitoError(
    'data',
    `${names} are parts of more than one data set by their names. If these are classes, each divided in itself, make ` +
      'it train/CLASS and test/CLASS; else give one data set.',
  )
}

function requireOneMeaning(group: readonly Candidate[], measureOnly: boolean, folder: string): void {
  for (const { name, split } of group) {
    const twin = group.find(other => other.split === split && other.name !== name)
    if (twin !== undefined)
      throw new ChiquitoError(
        'data',
        `"${name}" and "${twin.name}" both mean ${split}. Merge them, or rename one.`,
      )
  }
  const names = group.map(({ name }) => `"${name}"`).join(' and ')
  if (!measureOnly && !group.some(({ split }) => split === 'train'))
    throw new ChiquitoError(
      'data',
      `There is ${names} but no "train" folder. Add one, or give a folder of classes. To measure a finished run on these ` +
        `photos: ${commandName()} evaluate RUN ${shellPath(folder)}`,
    )
}

/** Names that are not plainly those of parts are said. */
function noticeNames(
  group: readonly Candidate[],
  parts: readonly Part[],
  notice: (message: string) => void,
): void {
  if (group.every(({ name, entered }) => isPlainPart(name) && entered.through.length === 1)) return
  const said = parts.map(({ folder, split }) => `"${folder}" is ${split}`)
  notice(`The folders divide the photos: ${said.join(', ')}.`)
}
