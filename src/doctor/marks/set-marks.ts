import { resolve } from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import {
  type AskedBy,
  contentAt,
  InnerFolder,
  Journal,
  readJournal,
  sha256Pattern,
} from '../../files/index.js'
import { type Mark, markAct, marksOf } from './marks.js'

/** What a person says of photos; paths relative to the folder, or to where the person stands. */
export interface MarkRequest {
  /** Each of these is as it should be: it is not asked about again, and never moved. */
  readonly keep?: readonly string[] | undefined
  /** These are no copies of one another. */
  readonly apart?: readonly string[] | undefined
  /** What was said of these holds no longer; `all` for everything that was ever said. */
  readonly forget?: readonly string[] | 'all' | undefined
}

export interface MarksSet {
  readonly kept: readonly string[]
  readonly apart: readonly string[]
  /** How many marks hold no longer. */
  readonly forgotten: number
}

/** The marks of a folder. @throws `data` for a damaged or newer journal; `io` */
export async function readMarks(root: string): Promise<Mark[]> {
  const journal = await readJournal(root)
  return journal === undefined ? [] : marksOf(journal.history.operations)
}

/**
 * Remembers what a person said of photos, by their content, in the folder's journal.
 *
 * @throws `usage` for a photo that is not there; `data`; `io`
 */
export async function setMarks(root: string, request: MarkRequest, by: AskedBy): Promise<MarksSet> {
  const { forget = [] } = request
  const folder = await InnerFolder.open(root)
  const find = (names: readonly string[]) => Promise.all(names.map(name => photoNamed(folder, name)))
  const keep = await find(request.keep ?? [])
  const apart = await find(request.apart ?? [])
  const forgotten = forget === 'all' ? [] : await find(forget)
  const contents = new Set(forgotten.map(({ sha256 }) => sha256))
  if (apart.length > 0 && new Set(apart.map(({ sha256 }) => sha256)).size < 2)
    throw new ChiquitoError(
      'usage',
      'To say that photos are no copies of one another, name two or more that differ. Equal files that are all to stay: ' +
        '--keep one of them.',
    )
  for (const [option, said] of [
    ['--keep', keep],
    ['--apart', apart],
  ] as const)
    refuseContradiction(option, said, forgotten)
  const journal = await Journal.open(folder.root)
  try {
    const marks = marksOf(journal.operations)
    const gone = marks.filter(
      mark => forget === 'all' || mark.contents.some(content => contents.has(content)),
    )
    const stay = marks.filter(mark => !gone.includes(mark))
    const has = (kind: Mark['kind'], all: readonly string[]) =>
      stay.some(mark => mark.kind === kind && all.every(content => mark.contents.includes(content)))
    const newKeep = keep.filter(({ sha256 }) => !has('keep', [sha256]))
    const newApart = has(
      'apart',
      apart.map(({ sha256 }) => sha256),
    )
      ? []
      : apart
    if (gone.length + newKeep.length + newApart.length > 0) {
      const name = ['keep', 'apart', 'forget'].filter(
        (_, i) => [newKeep.length, newApart.length, gone.length][i] > 0,
      )
      const writer = await journal.begin(`doctor ${name.map(word => `--${word}`).join(' ')}`, by)
      for (const { number } of gone) await writer.do({ act: 'unmark', of: number })
      for (const photo of newKeep) await writer.do(markAct('keep', [photo]))
      if (newApart.length > 0) await writer.do(markAct('apart', newApart))
      await writer.end()
    }
    const paths = (photos: readonly { path: string }[]) => photos.map(({ path }) => path)
    return { kept: paths(keep), apart: paths(apart), forgotten: gone.length }
  } finally {
    journal.close()
  }
}

interface NamedPhoto {
  readonly path: string
  readonly sha256: string
}

/** The same photo cannot be marked and its marks be forgotten. Equal files are one photo: marks go by content. */
function refuseContradiction(
  option: '--keep' | '--apart',
  said: readonly NamedPhoto[],
  forgotten: readonly NamedPhoto[],
): void {
  for (const photo of said) {
    const same = forgotten.find(({ sha256 }) => sha256 === photo.sha256)
    if (same === undefined) continue
    const equal = same.path === photo.path ? '' : ', which holds the same'
    throw new ChiquitoError(
      'usage',
      `${option} "${photo.path}" and --forget "${same.path}"${equal} contradict each other. Nothing was remembered or forgotten: leave ` +
        'one of them out.',
    )
  }
}

/** A photo by its path below the folder, else by one from where the person stands. */
async function photoNamed(folder: InnerFolder, name: string): Promise<NamedPhoto> {
  const root = `${folder.root}/`.replaceAll('\\', '/')
  const absolute = resolve(name).replaceAll('\\', '/')
  const given = name.replaceAll(process.platform === 'win32' ? '\\' : '/', '/').replace(/^(\.\/)+/, '')
  const candidates = [given, ...(absolute.startsWith(root) ? [absolute.slice(root.length)] : [])]
  for (const path of candidates) {
    const content = await folder.at(path).then(contentAt, () => 'none')
    if (sha256Pattern.test(content)) return { path, sha256: content }
  }
  throw new ChiquitoError(
    'usage',
    `There is no photo "${name}" in "${folder.root}". Give its path as "doctor" tells it, below that folder.`,
  )
}
