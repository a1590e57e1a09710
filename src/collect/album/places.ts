import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import { errorCode, ioError } from '../../files/index.js'
import { examinePhoto, sha256Of } from '../../images/index.js'
import type { History } from './history.js'
import { byNumber, type Naming } from './names.js'
import type { ThereRecord } from './records.js'

/** A class folder as it is on the disk: which names are taken, and what the person put there. */
export class Place {
  private constructor(
    private readonly folder: string,
    /** Number of the last photo that was put here: numbers are not given twice. */
    private last: number,
    /** Names without extension. */
    private readonly taken: Set<string>,
    private readonly naming: Naming,
    /** Photos that no collection brought, looked at. */
    readonly others: readonly ThereRecord[],
  ) {}

  /** @throws `io` */
  static async open(
    root: string,
    folder: string,
    history: History,
    naming: Naming = byNumber,
  ): Promise<Place> {
    const names = await namesIn(join(root, folder))
    const kept = history.kept().filter(candidate => candidate.folder === folder)
    const own = new Set(kept.map(({ file }) => file))
    const numbers = kept.map(({ file }) => Number(/(\d+)\.\w+$/.exec(file ?? '')?.[1] ?? 0))
    // Other names may hold numbers that are none of ours: then it is how many there are.
    const last = naming === byNumber ? Math.max(0, ...numbers) : kept.length
    const others: ThereRecord[] = []
    for (const name of names) {
      const file = folder === '' ? name : `${folder}/${name}`
      if (name.startsWith('.') || own.has(file)) continue
      const record = await lookAt(root, file, history.there.get(file))
      if (record !== undefined) others.push(record)
    }
    return new Place(folder, last, new Set(names.map(bare)), naming, others)
  }

  /** The next free name for a photo. */
  nextName(photo: { readonly address: string; readonly format: string }): string {
    for (let attempt = 0; ; attempt++) {
      this.last++
      const name = this.naming({ ...photo, number: this.last, attempt })
      if (this.taken.has(bare(name))) continue
      this.taken.add(bare(name))
      return this.folder === '' ? name : `${this.folder}/${name}`
    }
  }
}

/** A name without its extension: no two photos are to differ in that alone. */
function bare(name: string): string {
  return name.replace(/\.[^.]*$/, '').toLowerCase()
}

export async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries
      .filter(entry => entry.isFile())
      .map(entry => entry.name)
      .sort()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw ioError(error, 'read', folder)
  }
}

/** What a file shows, where it is a photo; as it was seen before, where it is still the same. */
async function lookAt(
  root: string,
  file: string,
  known: ThereRecord | undefined,
): Promise<ThereRecord | undefined> {
  const bytes = await readFile(join(root, file)).catch(() => undefined)
  if (bytes === undefined) return undefined
  const sha256 = sha256Of(bytes)
  if (known?.sha256 === sha256) return known
  try {
    const { phash } = await examinePhoto(bytes, file)
    return { event: 'there', file, bytes: bytes.length, sha256, phash }
  } catch (error) {
    if (error instanceof ChiquitoError) return undefined
    throw error
  }
}
