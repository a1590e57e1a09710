import { argumentError, said, type WorkOptions } from '../core/index.js'
import { classNameProblem } from '../dataset/index.js'
import { type EditedPhoto, type EditKind, editIn, editKinds, finishEdit } from '../doctor/index.js'
import type { AskedBy } from '../files/index.js'
import { photosOrNone } from './photos-or-none.js'

export interface EditPhotosOptions extends WorkOptions {
  /** Folder of a data set, in any layout. */
  readonly data: string
  /**
   * `relabel`: the photos get the class `to`: they move into its folder, and tables that say their class follow. `reject`: they
   * are set aside, so that nothing reads them any more. `restore`: they come back from there. `keep`: each is as it should be, and
   * `doctor` does not ask again. `apart`: they are no copies of one another.
   */
  readonly edit: EditKind
  /** Relative to the folder, with `/`; where photos are restored, where they lie set aside. */
  readonly photos: readonly (string | EditedPhoto)[]
  /** The class that photos get, which may be a new one. */
  readonly to?: string | undefined
}

export interface EditPhotosResult {
  /** Absolute; paths are relative to it. */
  readonly folder: string
  /** Number by which `undo` knows it; null where nothing was to be done. */
  readonly operation: number | null
  /** Photos that have another place now. */
  readonly moved: readonly { readonly from: string; readonly to: string }[]
  /** Photos that were left as they are: another program had changed them, or nothing says their class. */
  readonly left: readonly { readonly photo: string; readonly reason: string }[]
  /** Sentences a person should read. */
  readonly notices: readonly string[]
}

/**
 * Does to photos what a person decides by looking at them. Each call is one operation in the folder's journal, on the disk when
 * the promise resolves: `undo` takes it back, `redo` does it again. What a kill cut off is finished by the next call.
 *
 * @throws `usage` for a name that no class can have; `data` where there is no photo, or the journal is damaged or newer; `io`;
 * `interrupted`
 */
export function editPhotos(options: EditPhotosOptions): Promise<EditPhotosResult> {
  return editPhotosFor('library', options)
}

export async function editPhotosFor(by: AskedBy, options: EditPhotosOptions): Promise<EditPhotosResult> {
  const { data, edit, ...work } = options
  const to = classFor(options)
  if (!editKinds.includes(edit)) throw argumentError('edit', `one of ${editKinds.join(', ')}`, edit)
  const photos = options.photos.map(photo => (typeof photo === 'string' ? { path: photo } : photo))
  if (edit === 'apart' && photos.length < 2)
    throw argumentError('photos', 'two or more photos that are no copies of one another', photos.length)
  const list = () => photosOrNone(data)
  const { root } = await list()
  const request = { kind: edit, photos, to }
  const { operation, moved, left, stale } = await editIn(root, request, { ...work, by, list })
  const notices = stale.map(({ path, reason }) => `"${path}" still has the rows of before: ${reason}.`)
  return { folder: root, operation, moved, left, notices }
}

/** Finishes an edit that a kill cut off in this folder; whether there was one. @throws `data`, `io` */
export async function finishEdits(data: string, by: AskedBy): Promise<boolean> {
  const { root } = await photosOrNone(data)
  return finishEdit(root, { by, list: () => photosOrNone(data) })
}

function classFor({ edit, to }: EditPhotosOptions): string {
  if (edit !== 'relabel') {
    if (to !== undefined)
      throw argumentError('to', `nothing where photos are not relabelled (edit: ${edit})`, to)
    return ''
  }
  const name = (to ?? '').normalize('NFC').trim()
  const problem = classNameProblem(name)
  if (problem !== undefined)
    throw argumentError(
      'to',
      `a name that a class can have (${problem.words})`,
      to,
      said(`class-name-${problem.kind}`, name),
    )
  return name
}
