import { stat } from 'node:fs/promises'
import path from 'node:path'
import { ChiquitoError, commandName, messageOf, plural, shellPath } from '../core/index.js'
import { type Divided, divideGroups, joined, type Split, type Tie } from '../dataset/index.js'
import { makeFolder, type Release, takeLockSoon } from '../files/index.js'
import {
  addToDataset,
  type DivisionRecord,
  type DivisionSettings,
  type Gathered,
  gathered,
  gatheredWith,
  groupsBy,
  isSameAsked,
  type ManifestRow,
  placesOf,
  RECORD_FILE,
  readRecord,
  recordOf,
  type WriteOptions,
  whatIsAt,
  writeDataset,
  writeManifest,
  writeRecord,
} from '../splitting/index.js'
import {
  checkSplitOptions,
  realPath,
  requireApart,
  type SplitOptions,
  settingsOf,
  tiesAsked,
} from './split-options.js'
import { openPhotos, tiesIn } from './split-photos.js'
import { manifestFile } from './split-tables.js'
import { classTable, groupsIn, remarksOf, type SplitClass, type SplitGroup } from './split-words.js'

export type { SplitOptions } from './split-options.js'

/** Bits of a folder's mode that let its owner, group or others write. */
const ANYBODY_WRITES = 0o222

export interface SplitResult {
  /** Absolute paths. */
  readonly data: string
  readonly out: string
  /** The table, where one was written instead of a data set. */
  readonly manifest: string | null
  /** Where it is kept beside the photos what went where, so that later divisions leave it there; null where it is not. */
  readonly record: string | null
  readonly seed: number
  /** Photos in each part. */
  readonly photos: Readonly<Record<Split, number>>
  readonly classes: readonly SplitClass[]
  /** Photos that belong together, two or more, and where they are. */
  readonly groups: readonly SplitGroup[]
  /** Photos that are in no part, and why. */
  readonly left: readonly { readonly path: string; readonly reason: string }[]
  /** New photos, where the data set was there before. */
  readonly added: number | null
  /** What a person should know: counts that groups do not allow, classes that cannot be measured. */
  readonly remarks: readonly string[]
  readonly seconds: number
}

/** Divides a folder of photos into a data set whose parts share nothing: no copy, page, person, video or burst. */
export async function split(options: SplitOptions): Promise<SplitResult> {
  const started = performance.now()
  await checkSplitOptions(options)
  const settings = settingsOf(options)
  const manifest = options.manifest ? await manifestFile(options.out ?? '') : undefined
  const out = path.resolve(options.out ?? '')
  if (manifest === undefined) requireApart(await realPath(options.data), await realPath(out))
  const release = manifest === undefined ? await lockOf(out) : () => undefined
  try {
    const isThere = manifest === undefined && (await requireFree(out, options))
    const before = isThere ? await recordIn(out) : undefined
    const photos = isThere ? await openBoth(options, out, before) : gathered(await openPhotos(options))
    const beside = await recordBeside(photos.root, before ?? settings)
    const ties = await tiesIn(photos, tiesAsked(options, before))
    const division = divide(photos, ties, before ?? settings, before ?? beside.record)
    const record = recordFor(photos, division, before)
    if (manifest !== undefined) await writeManifest(manifest, rowsOf(photos, division))
    else await (isThere ? addToDataset : writeDataset)(record, writeOptions(photos, record, out, options))
    const kept = await keepBeside(photos, record, beside, options)
    const seconds = (performance.now() - started) / 1000
    return resultOf(photos, division, ties, {
      out: manifest ?? out,
      manifest,
      isThere,
      seed: record.seed,
      kept,
      seconds,
    })
  } finally {
    release()
  }
}

/** One program at a time makes a data set there. */
export async function lockOf(out: string): Promise<Release> {
  await makeFolder(path.dirname(out))
  return takeLockSoon(path.join(path.dirname(out), `.${path.basename(out)}.lock`), `the folder "${out}"`)
}

/** Whether a data set is there that is to be added to. @throws `usage` where something is there that is not to be replaced */
export async function requireFree(out: string, { add, data }: SplitOptions): Promise<boolean> {
  const there = await whatIsAt(out)
  if (there === 'file') throw new ChiquitoError('usage', `--out "${out}" is a file. Give a folder.`)
  if (there === 'folder' && !add)
    throw new ChiquitoError(
      'usage',
      `"${out}" is there already, and nothing in it is replaced. Give another folder; or, to put photos into it that are new in ` +
        `"${data}" and leave all others where they are: ${commandName()} split ${shellPath(data)} --out ${shellPath(out)} --add`,
    )
  return there === 'folder'
}

async function recordIn(out: string): Promise<DivisionRecord | undefined> {
  const record = await readRecord(out)
  if (record !== 'foreign') return record
  throw new ChiquitoError(
    'data',
    `"${path.join(out, RECORD_FILE)}" is not what chiquito split wrote, and would be replaced. Move it elsewhere.`,
  )
}

/** New photos, and those of the data set that they are added to. */
async function openBoth(
  options: SplitOptions,
  out: string,
  before: DivisionRecord | undefined,
): Promise<Gathered> {
  const pending = new Set(before?.pending)
  const placed = (before?.photos ?? []).filter(({ file }) => file !== undefined && !pending.has(file))
  const withdrawn = new Set(placed.map(({ sha256 }) => sha256))
  const data = await openPhotos(options)
  const dataset = await openPhotos({ ...options, labelsFrom: undefined }, out)
  return gatheredWith(data, dataset, sha256 => withdrawn.has(sha256))
}

/** A division, and the settings that it was drawn with. */
interface Division extends Divided {
  readonly settings: DivisionSettings
}

/** Photos that cannot be decoded are in no part. What has its part keeps it. */
function divide(
  { photos, labels, old }: Gathered,
  ties: readonly Tie[],
  settings: DivisionSettings,
  record: DivisionRecord | undefined,
): Division {
  const group = joined(photos.length, ties)
  const known = new Map(record?.photos.map(({ sha256, part }) => [sha256, part]))
  const indices = photos.flatMap(({ facts, bytes }, i) =>
    i >= old || (facts.problem === null && bytes > 0) ? [i] : [],
  )
  const divided = divideGroups(
    indices.map(i => ({ label: photos[i].label, sha256: photos[i].sha256, group: group[i] })),
    labels.length,
    {
      seed: settings.seed,
      valid: settings.valid ?? undefined,
      test: settings.test ?? undefined,
      balance: settings.balance,
      placed: indices.map(i => (i >= old ? photos[i].split : known.get(photos[i].sha256))),
    },
  )
  const parts: (Split | undefined)[] = new Array(photos.length).fill(undefined)
  for (const [k, i] of indices.entries()) parts[i] = divided.parts[k]
  const back = (list: readonly number[]) => list.map(k => indices[k])
  return {
    settings,
    parts,
    between: back(divided.between),
    surplus: back(divided.surplus),
    balancedTo: divided.balancedTo,
    shortfalls: divided.shortfalls,
    large: divided.large.map(one => ({ ...one, members: back(one.members) })),
  }
}

/** The record of all photos: those of before, and what comes. */
function recordFor(
  { photos, labels, old, sources }: Gathered,
  { parts, settings }: Division,
  before: DivisionRecord | undefined,
): DivisionRecord {
  const there = (sources[1]?.photos ?? []).map(photo => photo.path)
  const pending = new Set(before?.pending)
  const given = (before?.photos ?? []).flatMap(({ file }) =>
    file === undefined || pending.has(file) ? [] : [file],
  )
  const fresh = photos.slice(0, old)
  const places = placesOf(
    fresh.map(({ path: place, label }, i) => ({ path: place, label: labels[label], part: parts[i] })),
    { labels, taken: [...there, ...given] },
  )
  const added = fresh.flatMap(({ path: place, sha256, label }, i) => {
    const part = parts[i]
    return part === undefined ? [] : [{ path: place, sha256, label: labels[label], part, file: places[i] }]
  })
  const again = new Set(added.map(({ sha256 }) => sha256))
  const kept = (before?.photos ?? []).filter(({ sha256 }) => !again.has(sha256))
  const files = added.flatMap(({ file }) => file ?? [])
  return { ...recordOf(settings, [...kept, ...added]), pending: sources.length > 1 ? files : [] }
}

function writeOptions(
  { photos, labels, old, root, sources }: Gathered,
  record: DivisionRecord,
  out: string,
  { links = false, progress, signal }: SplitOptions,
): WriteOptions {
  const fileOf = new Map(record.photos.map(({ path: place, file }) => [place, file]))
  const rows = photos.flatMap(({ path: place, label, row }, i) => {
    const file = i < old ? fileOf.get(place) : sources[1].photos[i - old].path
    return file === undefined ? [] : [{ file, label: labels[label], row }]
  })
  return { root, out, links, rows, progress, signal }
}

function rowsOf({ photos, labels }: Gathered, { parts }: Division): ManifestRow[] {
  return photos.flatMap(({ path: place, label, sha256 }, i) => {
    const part = parts[i]
    return part === undefined ? [] : [{ path: place, label: labels[label], part, sha256 }]
  })
}

/** What is known of how these photos were divided before, into whatever folder: they stay where they are. */
interface Beside {
  readonly record: DivisionRecord | undefined
  /** Another program's file has the record's name. */
  readonly isForeign: boolean
}

async function recordBeside(root: string, settings: DivisionSettings): Promise<Beside> {
  const record = await readRecord(root)
  if (record === 'foreign') return { record: undefined, isForeign: true }
  return { record: record && isSameAsked(record, settings) ? record : undefined, isForeign: false }
}

/**
 * Keeps the division beside the photos, for the next one; a folder that is not to be written in goes without.
 *
 * @returns the file; null where there is none
 */
async function keepBeside(
  { root, photos, old }: Gathered,
  { photos: all, ...head }: DivisionRecord,
  beside: Beside,
  { progress, record: isWanted = true }: SplitOptions,
): Promise<string | null> {
  if (!isWanted) return null
  const present = new Set(photos.slice(0, old).map(({ sha256 }) => sha256))
  const own = all
    .filter(({ sha256 }) => present.has(sha256))
    .map(({ path: place, sha256, label, part }) => ({ path: place, sha256, label, part }))
  const gone = (beside.record?.photos ?? []).filter(({ sha256 }) => !present.has(sha256))
  try {
    if (beside.isForeign)
      throw new ChiquitoError('io', `"${path.join(root, RECORD_FILE)}" is not of this program.`)
    // The administrator may write anywhere, and is not to where nobody was meant to.
    if (((await stat(root)).mode & ANYBODY_WRITES) === 0)
      throw new ChiquitoError('io', `"${root}" is not to be written in.`)
    await writeRecord(root, { ...head, photos: [...gone, ...own], pending: [] })
    return path.join(root, RECORD_FILE)
  } catch (error) {
    const message =
      `${messageOf(error)} So where the photos went is not kept beside them: of a later division of this folder, with more ` +
      'photos, some old ones may lie in another part. Into the data set made now, --add puts new ones and moves none.'
    progress?.({ kind: 'notice', message })
    return null
  }
}

interface Facts {
  readonly kept: string | null
  readonly out: string
  readonly manifest: string | undefined
  readonly isThere: boolean
  readonly seed: number
  readonly seconds: number
}

function resultOf(
  data: Gathered,
  division: Division,
  ties: readonly Tie[],
  { out, manifest, isThere, seed, seconds, kept }: Facts,
): SplitResult {
  const { photos, root, old } = data
  const groups = groupsIn(photos, ties, division.parts)
  const classes = classTable(data, division.parts)
  const total = (part: Split) => classes.reduce((sum, one) => sum + one[part], 0)
  return {
    data: root,
    out,
    manifest: manifest ?? null,
    record: kept,
    seed,
    photos: { train: total('train'), valid: total('valid'), test: total('test') },
    classes,
    groups,
    left: leftOf(data, division),
    added: isThere ? division.parts.slice(0, old).filter(part => part !== undefined).length : null,
    remarks: [
      ...remarksOf(data, division, groups),
      ...partedText(photos, ties, division),
      ...knownText(data),
    ],
    seconds,
  }
}

/** Old photos stay where they are, also where it was found only now that they belong together. */
function partedText(photos: Gathered['photos'], ties: readonly Tie[], { parts }: Division): string[] {
  const parted = groupsBy(ties).filter(
    ({ members }) => new Set(members.flatMap(i => parts[i] ?? [])).size > 1,
  )
  if (parted.length === 0) return []
  const [first, ...others] = parted[0].members.filter(i => parts[i] !== undefined)
  const other = others.find(i => parts[i] !== parts[first]) ?? first
  return [
    `${plural(parted.length, 'group')} of photos that belong together ${parted.length === 1 ? 'lies' : 'lie'} in more than one part, as old photos ` +
      `stay where they are, for example "${photos[first].path}" (${parts[first]}) and "${photos[other].path}" (${parts[other]}): --check lists them.`,
  ]
}

function knownText({ known }: Gathered): string[] {
  if (known === 0) return []
  return [
    `${plural(known, 'photo is', 'photos are')} in the data set already, or taken out of it before: nothing to do for ${known === 1 ? 'it' : 'them'}.`,
  ]
}

function leftOf({ photos }: Gathered, { parts, between, surplus }: Division): SplitResult['left'] {
  const isBetween = new Set(between)
  const isSurplus = new Set(surplus)
  return photos.flatMap(({ path: place, facts, bytes }, i) => {
    if (parts[i] !== undefined) return []
    const reason = isBetween.has(i)
      ? 'belongs to photos in more than one part'
      : isSurplus.has(i)
        ? 'more than each class is to have'
        : (facts.problem?.message ?? (bytes === 0 ? 'is empty' : 'cannot be used'))
    return [{ path: place, reason }]
  })
}
