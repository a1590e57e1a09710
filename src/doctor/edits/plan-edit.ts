import type { Stats } from 'node:fs'
import { lstat, realpath } from 'node:fs/promises'
import { ChiquitoError } from '../../core/index.js'
import { type LabelledFile, type ListedPhotos, newHome } from '../../dataset/index.js'
import { contentAt, freePath, type InnerFolder, type Operation, SetAside } from '../../files/index.js'
import { marksOf } from '../marks/index.js'
import type { EditKind, EditPlan } from './plan.js'
import { setAsideBy } from './rejected.js'

/** A photo to be edited. */
export interface EditedPhoto {
  /** Relative to the data set's folder, with `/`. */
  readonly path: string
  /** What `versionOf` said when the person saw it; one that was changed since is left. */
  readonly version?: string | undefined
}

export interface EditRequest {
  readonly kind: EditKind
  readonly photos: readonly EditedPhoto[]
  /** The class that they get, where they are relabelled. */
  readonly to: string
}

/** A photo that is left as it is, and why. */
export interface LeftUnedited {
  readonly photo: string
  readonly reason: string
}

export interface PlannedEdit {
  readonly plan: EditPlan
  readonly left: readonly LeftUnedited[]
}

/** What a file system says of a file, as one text: another text where it was written anew. Empty where it is no file. */
export async function versionOf(path: string): Promise<string> {
  return versionIn(await lstat(path).catch(() => undefined))
}

/** The same of what the system says of it, without following a link. */
export function versionIn(info: Stats | undefined): string {
  return info?.isFile() ? `${info.size}-${info.mtimeMs}-${info.ino}` : ''
}

/** What an edit does, and to which photos it cannot be done. Changes nothing. @throws `io` */
export async function planEdit(
  request: EditRequest,
  listed: ListedPhotos,
  folder: InnerFolder,
  operations: readonly Operation[],
): Promise<PlannedEdit> {
  const planner = new Planner(request, listed, folder, operations)
  for (const photo of request.photos) await planner.add(photo)
  return planner.finish()
}

class Planner {
  private readonly moves: EditPlan['moves'] = []
  private readonly labels: EditPlan['labels'] = []
  private readonly marked: { path: string; sha256: string }[] = []
  private readonly left: LeftUnedited[] = []
  private readonly files: ReadonlyMap<string, LabelledFile>
  /** Names that are given in this edit, in lower case. */
  private readonly taken = new Set<string>()
  private aside: SetAside | undefined

  constructor(
    private readonly request: EditRequest,
    private readonly listed: ListedPhotos,
    private readonly folder: InnerFolder,
    private readonly operations: readonly Operation[],
  ) {
    this.files = new Map(listed.files.map(file => [file.path, file]))
  }

  async add({ path, version }: EditedPhoto): Promise<void> {
    try {
      const place = await this.folder.at(path)
      if (version !== undefined && version !== (await versionOf(place)))
        throw leave('it was changed, moved or taken away by another program since it was shown')
      const sha256 = await contentAt(place)
      if (sha256 === 'none') throw leave('it is no longer there')
      if (sha256 === 'other' || (await realpath(place)) !== place) throw leave('it is a link')
      await this.plan(path, sha256)
    } catch (error) {
      if (!(error instanceof ChiquitoError) || error.code !== 'data') throw error
      this.left.push({ photo: path, reason: error.message })
    }
  }

  finish(): PlannedEdit {
    const { kind } = this.request
    const marks = kind === 'apart' ? [this.marked] : this.marked.map(photo => [photo])
    return {
      plan: { kind, moves: this.moves, labels: this.labels, marks: marks.filter(({ length }) => length > 0) },
      left: this.left,
    }
  }

  private async plan(path: string, sha256: string): Promise<void> {
    this.aside ??= await SetAside.preview(this.folder)
    const { kind } = this.request
    if (kind === 'restore') return this.restore(path, sha256, this.aside)
    const file = this.files.get(path)
    if (file === undefined) throw leave('it is none of the photos that are learnt from')
    if (kind === 'relabel') return this.relabel(file, sha256)
    if (kind === 'reject') {
      const to = await this.aside.placeFor(path, 'rejected', this.isTaken)
      return this.move(path, to, sha256)
    }
    const isKept = marksOf(this.operations).some(
      mark => mark.kind === 'keep' && mark.contents.includes(sha256),
    )
    if (kind === 'apart' || !isKept) this.marked.push({ path, sha256 })
  }

  private async relabel(file: LabelledFile, sha256: string): Promise<void> {
    const { path, label, table } = file
    const { to } = this.request
    if (label === to) return
    if (table !== undefined) requireReach(table, path)
    const home = newHome(this.listed, file, to)
    if (home === undefined && table === undefined)
      throw leave('neither a class folder nor a table says its class, so there is nothing to change')
    if (home !== undefined && file.home !== undefined) {
      const place = `${home}${path.slice(file.home.length)}`
      if (table !== undefined) requireReach(table, place)
      await this.move(path, await freePath(this.folder, place, this.isTaken), sha256)
    }
    this.labels.push({ photo: path, was: label, now: to })
  }

  private async restore(place: string, sha256: string, aside: SetAside): Promise<void> {
    const told = setAsideBy(this.operations, aside).find(photo => photo.place === place)
    if (told === undefined) throw leave('the journal does not tell of it')
    await this.move(place, await freePath(this.folder, told.path, this.isTaken), sha256)
  }

  private async move(from: string, to: string, sha256: string): Promise<void> {
    this.taken.add(to.toLowerCase())
    this.moves.push({ from, to, sha256 })
  }

  private readonly isTaken = (path: string) => this.taken.has(path.toLowerCase())
}

/** A table speaks of what lies in its own folder; one that is no text is not written. */
function requireReach(table: string, path: string): void {
  if (/\.parquet$/i.test(table)) throw leave(`"${table}" says its class, and Parquet files are not changed`)
  const folder = table.slice(0, table.lastIndexOf('/') + 1)
  if (!path.startsWith(folder))
    throw leave(`"${table}" says its class and does not speak of "${path}": change it by hand, there too`)
}

function leave(reason: string): ChiquitoError {
  return new ChiquitoError('data', reason)
}
