import { lstat, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { argumentError, ChiquitoError, type WorkOptions } from '../../core/index.js'
import { isListName } from '../../dataset/index.js'
import { ioError, replaceFile, requireOutputFile } from '../../files/index.js'
import type { ParquetFacts } from './parquet.js'
import type { Source } from './photo-list.js'
import { removeFinished, type Workplace } from './workplace.js'

/** What a result of each kind begins with. */
const formats = {
  '.jsonl': { kind: 'file of verdicts', begins: /^\{"path":"/ },
  '.parquet': { kind: 'Parquet file', begins: /^PAR1/ },
} as const

/** How the name of a result ends, which decides what it is. */
export type OutEnding = keyof typeof formats

/** @throws `usage` */
export function endingOf(out: string): OutEnding {
  const ending = path.extname(out).toLowerCase()
  if (ending === '.jsonl' || ending === '.parquet') return ending
  throw argumentError('--out', 'a name that ends in .jsonl or .parquet', out)
}

/**
 * Whether a result may be written there, before long work: never over a list that is read, over anything else than such a result, or over one
 * without being asked.
 *
 * @throws `usage`, `io`
 */
export async function requireFreeOut(
  out: string,
  sources: readonly Source[],
  overwrite: boolean,
): Promise<void> {
  const file = path.resolve(out)
  const real = await realName(out)
  const read = await Promise.all(sources.map(({ given }) => realName(given)))
  if (read.includes(real))
    throw new ChiquitoError(
      'usage',
      `"${out}" is read from, so it is not written to. Give another name for --out.`,
    )
  const { kind, begins } = formats[endingOf(out)]
  await requireOutputFile(out, kind, begins)
  if ((await lstat(file).catch(() => undefined)) === undefined) return
  await removeFinished(out)
  if (!overwrite)
    throw new ChiquitoError(
      'usage',
      `"${out}" is there already. Give another name, or --overwrite to replace it.`,
    )
}

/** What a name leads to in the end, by whatever links; the name itself where nothing is there. */
async function realName(name: string): Promise<string> {
  return realpath(name).catch(() => path.resolve(name))
}

/**
 * Gives the rows their place and name, which a result has only when it is whole.
 *
 * @throws `io`, `interrupted`
 */
export async function handOver(
  place: Workplace,
  out: string,
  facts: ParquetFacts,
  work: WorkOptions,
): Promise<void> {
  const file = path.resolve(out)
  if (endingOf(out) === '.jsonl') await named(place.rows, file)
  else {
    const { writeParquet } = await import('./parquet.js')
    const written = path.join(place.folder, 'rows.parquet')
    await writeParquet(place.rows, written, facts, work)
    await named(written, file)
  }
  await place.remove()
}

async function named(written: string, file: string): Promise<void> {
  await replaceFile(written, file).catch((error: unknown) => {
    throw ioError(error, 'write', file)
  })
}

/**
 * What a person named: folders, lists by their endings, and photos.
 *
 * @param lists - further lists, whatever they are called
 * @param input - what `-` stands for
 * @throws `io` for what is not there, `usage`
 */
export async function sourcesOf(
  paths: readonly string[],
  lists: readonly string[],
  input: AsyncIterable<Uint8Array> | undefined,
): Promise<Source[]> {
  const sources: Source[] = []
  for (const given of paths) sources.push(await sourceOf(given, input))
  for (const given of lists) {
    sources.push(given === '-' ? piped(input) : await requireList(given))
  }
  if (sources.filter(({ given, kind }) => given === '-' && kind === 'list').length > 1)
    throw new ChiquitoError('usage', 'Standard input can be read once: give - once.')
  if (sources.length > 0) return sources
  throw new ChiquitoError(
    'usage',
    'There is no photo to judge. Give files, folders, lists, or - for a list on standard input.',
  )
}

async function sourceOf(given: string, input: AsyncIterable<Uint8Array> | undefined): Promise<Source> {
  if (given === '-') return piped(input)
  const info = await stat(given).catch(() => undefined)
  if (info?.isDirectory()) return { kind: 'folder', given }
  if (isListName(given)) return requireList(given)
  if (info === undefined)
    throw new ChiquitoError('io', `There is no photo, folder or list "${given}": check the spelling.`)
  return { kind: 'photo', given }
}

function piped(input: AsyncIterable<Uint8Array> | undefined): Source {
  if (input) return { kind: 'list', given: '-', input }
  throw new ChiquitoError('usage', 'Nothing comes on standard input that "-" could stand for.')
}

async function requireList(given: string): Promise<Source> {
  const info = await stat(given).catch(() => undefined)
  if (info?.isFile()) return { kind: 'list', given }
  throw new ChiquitoError(
    'io',
    `"${given}" is ${info ? 'no file' : 'not there'}, so it is no list. Give a file with the path of a photo a line.`,
  )
}
