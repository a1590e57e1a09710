import path from 'node:path'
import { ChiquitoError, throwIfAborted, type WorkOptions } from '../core/index.js'
import {
  type CheckedData,
  type CheckedFeatures,
  type CheckedPhoto,
  type Finding,
  type Shortcut,
  shortcutWords,
  typicalPhotos,
} from '../doctor/index.js'
import { writeFileAtomic } from '../files/index.js'
import { decode, readPhotoFile, thumbnail } from '../images/index.js'
import {
  type CheckedClass,
  type CheckWords,
  type DoctorPageInput,
  picturesWanted,
  renderDoctorPage,
} from '../report/index.js'

/** Long side of a picture, in pixels: some hundred of them have to fit into a page. */
const SIDE = 160
const QUALITY = 65
/** Photos read at a time. */
const AT_ONCE = 4
/** Typical photos of a class that a page may show. */
const TYPICAL = 6
/** Checks whose photos are those unlike their class. */
const ODD_CHECKS = new Set(['unlike-class', 'label-errors'])

/** What the page is to show. */
export interface DoctorPageFacts {
  readonly data: CheckedData
  /** The classes in the order of their numbers, and how many photos each has. */
  readonly classes: readonly { readonly label: string; readonly photos: number }[]
  /** The folder, as the person named it. */
  readonly root: string
  /** Of the deep checks, where they ran. */
  readonly features: CheckedFeatures | undefined
  /** Those that ran, what matters most first. */
  readonly checks: readonly CheckWords[]
  readonly findings: readonly Finding[]
  readonly shortcuts: readonly Shortcut[]
  readonly notes: readonly string[]
}

/**
 * Writes what the doctor found as one page.
 *
 * @throws `io` where the file cannot be written, `interrupted` when the signal fires
 */
export async function writeDoctorPage(
  file: string,
  facts: DoctorPageFacts,
  work: WorkOptions,
): Promise<void> {
  const { data, root, checks, findings, shortcuts, notes } = facts
  const input: DoctorPageInput = {
    made: new Date().toISOString(),
    root,
    photos: data.photos.length,
    classes: classesOf(facts),
    checks,
    findings,
    shortcuts,
    shortcutWords: shortcutWords(shortcuts, data.labels.length),
    notes,
  }
  const pictures = await picturesOf(data, picturesWanted(input), work)
  const page = await renderDoctorPage(input, pictures)
  throwIfAborted(work.signal)
  await writeFileAtomic(file, page)
}

function classesOf({ data, classes, features, findings }: DoctorPageFacts): CheckedClass[] {
  const { photos } = data
  const typical = features === undefined ? [] : typicalPhotos({ ...data, features }, TYPICAL)
  const labelOf = new Map(photos.map(photo => [photo.path, photo.label]))
  const odd = findings
    .filter(({ check }) => ODD_CHECKS.has(check))
    .toSorted((a, b) => b.weight - a.weight)
    .flatMap(finding => finding.photos)
  return classes.map(({ label, photos: count }, i) => ({
    label,
    photos: count,
    typical: (typical[i] ?? []).map(photo => photos[photo].path),
    odd: [...new Set(odd.filter(each => labelOf.get(each) === i))],
  }))
}

/** Small pictures by path; those that cannot be read are left out. */
async function picturesOf(
  { root, photos }: CheckedData,
  wanted: readonly string[],
  { progress, signal }: WorkOptions,
): Promise<Map<string, string>> {
  const task = 'drawing the page'
  const byPath = new Map(photos.map(photo => [photo.path, photo]))
  const left = wanted.flatMap(each => byPath.get(each) ?? [])
  const total = left.length
  const pictures = new Map<string, string>()
  progress?.({ kind: 'start', task, total })
  const draw = async () => {
    for (let photo = left.pop(); photo !== undefined; photo = left.pop()) {
      throwIfAborted(signal)
      const picture = await pictureOf(root, photo)
      if (picture !== undefined) pictures.set(photo.path, picture)
      progress?.({ kind: 'advance', task, done: total - left.length, total })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, draw))
  progress?.({ kind: 'end', task })
  return pictures
}

/** Undefined where the photo cannot be decoded, is gone, or is another one by now. */
async function pictureOf(root: string, { path: name, sha256 }: CheckedPhoto): Promise<string | undefined> {
  try {
    const bytes = await readPhotoFile(path.join(root, name), name, sha256)
    return await thumbnail(await decode(bytes, { name, shortSide: SIDE }), SIDE, { quality: QUALITY })
  } catch (error) {
    if (error instanceof ChiquitoError) return undefined
    throw error
  }
}
