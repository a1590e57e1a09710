import { basename, resolve } from 'node:path'
import { ChiquitoError, plural } from '../core/index.js'
import { enterWrappers, FolderReader, findLayout, type Layout, OddityCounter } from './folders/index.js'
import { type ClassOfPart, checkLabelsFrom, type LabelledFile, labelFiles } from './labels/index.js'

export interface ListOptions {
  /** Also follow links that lead out of the folder; only for data of one's own. */
  readonly followLinks?: boolean | undefined
  /** Where labels come from: see `DatasetOptions`. */
  readonly labelsFrom?: string | undefined
}

/** The files of a folder that are taken for photos, with class and part as folders, tables and names say them. */
export interface ListedPhotos {
  /** Absolute path that photo paths are relative to, without links. */
  readonly root: string
  /** Class names, sorted by code unit; one for a folder of photos. A class may have no photo. */
  readonly labels: readonly string[]
  /** The class folders; none for classes that tables or names tell. */
  readonly homes: readonly Pick<ClassOfPart, 'folder' | 'label' | 'split'>[]
  /** Sorted by path. No file has been read. */
  readonly files: readonly LabelledFile[]
  /** Sentences a person should read. */
  readonly notices: readonly string[]
}

/**
 * Lists a data set as it is, for whoever looks at photos and learns nothing: one class will do, parts may lack classes, and
 * a folder of photos without class folders is one class, named like the folder.
 *
 * @throws `io` where the disk refuses; `data` where there is no photo, or folders that may be classes or not; `usage`
 */
export async function listPhotos(
  root: string,
  { followLinks = false, labelsFrom: from = 'auto' }: ListOptions = {},
): Promise<ListedPhotos> {
  const labelsFrom = checkLabelsFrom(from)
  const notices: string[] = []
  const notice = (message: string) => void notices.push(message)
  const oddities = new OddityCounter()
  const folder = await enterWrappers(resolve(root), followLinks)
  if (folder !== resolve(root)) notice(`Everything lies in "${folder}": reading the photos there.`)
  const reader = await FolderReader.open(folder, oddities, followLinks)
  const folderNames =
    labelsFrom === 'auto' ? 'questioned' : labelsFrom === 'folders' ? 'settled' : ('no' as const)
  const layout = await findLayout(reader, { oddities, notice, measureOnly: true, folderNames })
  const loose = labelsFrom === 'auto' || labelsFrom === 'folders' ? ownFiles(layout) : []
  const labelled = await labelFiles(reader, layout, { labelsFrom, oddities, notice })
  const isOneClass = labelled.files.length === 0 && loose.length > 0
  if (labelled.files.length === 0 && !isOneClass) throw noPhoto(folder, layout)
  const label = basename(reader.root).normalize('NFC')
  const files = isOneClass ? loose.map(path => ({ path, split: undefined, label })) : labelled.files
  const classes = isOneClass ? [] : labelled.classes.map(one => one.label)
  if (!isOneClass) notices.push(...oddities.notices())
  return {
    root: reader.root,
    labels: [...new Set([...classes, ...files.map(file => file.label)])].sort(),
    homes: isOneClass ? [] : labelled.classes.filter(({ folder }) => folder !== undefined),
    files: files.slice().sort((a, b) => (a.path < b.path ? -1 : 1)),
    notices,
  }
}

/** Photos that lie in the folder itself, where nothing divides it. */
function ownFiles({ parts }: Layout): readonly string[] {
  const [whole] = parts
  return parts.length === 1 && whole.split === undefined && whole.homes.length === 0 ? whole.loose : []
}

function noPhoto(folder: string, { parts }: Layout): ChiquitoError {
  const links = parts.reduce((sum, part) => sum + part.links.length, 0)
  const linked =
    links > 0
      ? ` ${plural(links, 'link')} out of it or nowhere ${links === 1 ? 'was' : 'were'} not followed; --follow-links reads them, only for data that you trust.`
      : ''
  return new ChiquitoError(
    'data',
    `There is no photo in "${folder}".${linked} Give a folder of photos, or of class folders with photos.`,
  )
}
