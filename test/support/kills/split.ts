import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Moment } from '../chiquito.js'
import { writeTree } from '../files.js'
import { scenes } from '../spots.js'
import type { Ended, Victim } from './kill.js'

type Run = (words: readonly string[]) => Promise<Ended>

/** Photos of each class that are there first, and those that come later. */
const FIRST = 40
const LATER = 20

/**
 * `split` into a new data set, and of photos that came later into one that is there.
 *
 * @param folder - for them
 * @param run - the command line
 */
export async function splitVictims(folder: string, run: Run): Promise<Victim[]> {
  const [first, all, base] = ['first', 'all', 'base'].map(name => path.join(folder, name))
  const photos = { ...(await scenes('cat', FIRST)), ...(await scenes('dog', FIRST, { from: 100 })) }
  const late = (i: number) => `later${String.fromCharCode(97 + i)}.jpg`
  const later = {
    ...(await scenes('cat', LATER, { from: 200, name: late })),
    ...(await scenes('dog', LATER, { from: 300, name: late })),
  }
  writeTree(photos, first)
  const { status, stderr } = await run(['split', first, '--out', base, '--quick'])
  if (status !== 0) throw new Error(stderr)
  writeTree({ ...photos, ...later }, all)
  cpSync(path.join(first, 'split.json'), path.join(all, 'split.json'))
  return [
    new Split('split', all, undefined, path.join(folder, 'new')),
    new Split('split --add', all, base, path.join(folder, 'added')),
  ]
}

class Split implements Victim {
  readonly words: readonly string[]
  private readonly data: string
  private readonly out: string
  private readonly photos: ReadonlyMap<string, string>
  /** The part of each photo, by content, as an unharmed run leaves it, once there was one. */
  private after: ReadonlyMap<string, string> | undefined

  constructor(
    readonly name: string,
    private readonly from: string,
    private readonly base: string | undefined,
    private readonly folder: string,
  ) {
    this.data = path.join(folder, 'photos')
    this.out = path.join(folder, 'dataset')
    this.photos = contentsOf(from)
    this.words = ['split', this.data, '--out', this.out, '--add', '--quick']
  }

  prepare(): void {
    if (this.after === undefined && this.progress() > 0) this.after = partsIn(this.out)
    rmSync(this.folder, { recursive: true, force: true })
    cpSync(this.from, this.data, { recursive: true })
    if (this.base !== undefined) cpSync(this.base, this.out, { recursive: true })
  }

  /** Photos that it copied: where there is no data set yet, into a hidden folder beside. */
  progress(): number {
    const entries = existsSync(this.folder) ? readdirSync(this.folder, { withFileTypes: true }) : []
    const made = entries.filter(entry => entry.isDirectory() && entry.name !== 'photos')
    const counts = made.map(({ name }) => photosSoFar(path.join(this.folder, name)))
    return counts.reduce((sum, count) => sum + count, 0) - (this.base === undefined ? 0 : 2 * FIRST)
  }

  momentOf(progress: number): Moment {
    return { files: { like: '\\.jpg$', count: progress } }
  }

  /** No photo of the folder has changed; the data set holds whole ones only, each once, and all or none where it is new. */
  inspect(): string[] {
    const wanted = new Set(this.photos.values())
    const now = existsSync(this.out) ? contentsOf(this.out) : new Map<string, string>()
    const isWhole = this.base !== undefined || [0, this.photos.size].includes(now.size)
    return [
      ...changed(this.photos, contentsOf(this.data)),
      ...[...now].flatMap(([file, sha256]) =>
        wanted.has(sha256) ? [] : [`${file} is no photo of the folder`],
      ),
      ...(new Set(now.values()).size === now.size ? [] : ['a photo is there twice']),
      ...(isWhole ? [] : [`the new data set has ${now.size} of ${this.photos.size} photos`]),
    ]
  }

  async goOn(run: Run): Promise<string[]> {
    const { status, stderr } = await run(this.words)
    if (status !== 0) return [stderr]
    const hidden = readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).filter(file =>
      /(^|[/\\])\./.test(file),
    )
    return [
      ...this.inspect(),
      ...changed(this.after ?? new Map(), partsIn(this.out)),
      ...hidden.map(file => `${file} is left behind`),
    ]
  }
}

function photosIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(file => file.replaceAll('\\', '/'))
    .filter(file => /(^|\/)[^./][^/]*\.jpg$/.test(file))
}

/** Photos in a folder that may get its name while they are counted: none where it has just gone. */
function photosSoFar(folder: string): number {
  try {
    return photosIn(folder).length
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0
    throw error
  }
}

/** SHA-256 of every photo, by path. */
function contentsOf(folder: string): Map<string, string> {
  const hash = (file: string) =>
    createHash('sha256')
      .update(readFileSync(path.join(folder, file)))
      .digest('hex')
  return new Map(photosIn(folder).map(file => [file, hash(file)]))
}

function partsIn(out: string): Map<string, string> {
  return new Map([...contentsOf(out)].map(([file, sha256]) => [sha256, file.slice(0, file.indexOf('/'))]))
}

function changed(expected: ReadonlyMap<string, string>, got: ReadonlyMap<string, string>): string[] {
  const keys = new Set([...expected.keys(), ...got.keys()])
  return [...keys].flatMap(key =>
    expected.get(key) === got.get(key) ? [] : [`${key}: ${got.get(key)}, where ${expected.get(key)} must be`],
  )
}
