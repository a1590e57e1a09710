import { stat } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { ChiquitoError } from '../../core/index.js'
import { photosBelow, readTable, type Table } from '../../dataset/index.js'
import { columnFor, factsIn } from './photo-table.js'
import type { Ask, Found, MakeSource, Page, Query, Source } from './source.js'

const TITLE = 'The folder'

const LACKING = 'Say which folder is meant: --source folder=DIR.'

/** Photos on a page. */
const PAGE_SIZE = 500

/** Tables that say what photos are, beside them. */
const tables = ['metadata.jsonl', 'metadata.csv']

/** What a table beside the photos says of one, by its path. */
type Facts = ReadonlyMap<string, Omit<Found, 'address' | 'label'>>

/** Photos that are on this machine already, in a folder and below it. */
export const folder: MakeSource = ({ address }) => new LocalFolder(address)

class LocalFolder implements Source {
  readonly name = 'folder'
  readonly title = TITLE
  readonly isLocal = true
  readonly paceMs = 0
  readonly lacking = LACKING
  private listed: Promise<{ paths: readonly string[]; facts: Facts }> | undefined

  constructor(private readonly root: string | undefined) {}

  /** The cursor is the last path of the page before: files that come meanwhile move nothing. */
  async page({ words }: Query, cursor: string | undefined, { signal }: Ask): Promise<Page> {
    if (this.root === undefined) throw new ChiquitoError('usage', LACKING)
    const root = path.resolve(this.root)
    this.listed ??= list(root, signal)
    const { paths, facts } = await this.listed
    const from = cursor === undefined ? 0 : paths.findIndex(one => one > cursor)
    const here = from < 0 ? [] : paths.slice(from, from + PAGE_SIZE)
    const found = here.map(one => ({
      ...facts.get(one),
      address: pathToFileURL(path.join(root, one)).href,
      // Where no class was asked for, folders are classes, as everywhere here.
      label: words === '' && one.includes('/') ? one.split('/')[0] : undefined,
    }))
    const last = here.at(-1)
    return { found, next: last === undefined || last === paths.at(-1) ? undefined : last }
  }
}

async function list(root: string, signal: AbortSignal | undefined) {
  const { files } = await photosBelow(root, { signal })
  const paths = files.map(file => path.relative(root, file).split(path.sep).join('/'))
  return { paths: paths.toSorted((a, b) => (a < b ? -1 : 1)), facts: await factsBeside(root) }
}

async function factsBeside(root: string): Promise<Facts> {
  const facts = new Map<string, Omit<Found, 'address' | 'label'>>()
  for (const name of tables) {
    if ((await stat(path.join(root, name)).catch(() => undefined)) === undefined) continue
    const table: Table = await readTable(root, name)
    const factsOf = factsIn(table)
    columnFor(table, 'file')?.values.forEach((file, row) => {
      if (file !== undefined) facts.set(path.posix.normalize(file), factsOf(row))
    })
  }
  return facts
}
