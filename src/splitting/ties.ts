import { argumentError, ChiquitoError } from '../core/index.js'
import {
  burstTies,
  columnValues,
  copyTies,
  peopleTies,
  type Sequenced,
  type Tie,
  tiesByValue,
  videoTies,
} from '../dataset/index.js'
import type { CheckedPhoto, CopyPair } from '../doctor/index.js'
import type { Gathered } from './gather.js'

/** What keeps photos together by itself, and can be switched off. Exact copies always stay together. */
export type Separable = 'copies' | 'page' | 'person' | 'video' | 'burst'
export const separable: readonly Separable[] = ['copies', 'page', 'person', 'video', 'burst']

export interface TieOptions {
  /**
   * What else keeps photos together, each a regular expression with a group in parentheses for a photo's path
   * (`^([^_]+)_`: what stands before the first `_` of the file name), `column:NAME` of a table beside the photos, or
   * `creator`, who made them.
   */
  readonly groupBy?: readonly string[] | undefined
  /** What does not keep photos together. */
  readonly notBy?: readonly Separable[] | undefined
}

/** Columns named in a message. */
const MOST_NAMED = 12

/** A way to tell groups that a person gave, understood. */
export type GroupRule = { readonly column: string } | { readonly pattern: RegExp }

/** @throws `usage` for what is neither a pattern with a group nor a column */
export function groupRule(text: string): GroupRule {
  if (text === 'creator') return { column: 'creator' }
  const column = /^column:(.+)$/s.exec(text)?.[1]
  if (column !== undefined) return { column }
  const expected =
    'creator, column:NAME of a table beside the photos, or a regular expression with a group in parentheses, such as "^(.+)_[0-9]+"'
  try {
    const pattern = new RegExp(text, 'u')
    // Whatever matches: the empty alternative does, and tells how many groups there are.
    if ((new RegExp(`${text}|`, 'u').exec('')?.length ?? 1) > 1) return { pattern }
  } catch {
    // Said below.
  }
  throw argumentError('groupBy (--group-by)', expected, text)
}

/**
 * Why photos of a data set belong together.
 *
 * @param pairs - copies, as `findCopies` found them
 * @throws `usage`, `data` for a column that no table has, or a pattern that matches no photo
 */
export async function tiesOf(
  { photos, sources }: Pick<Gathered, 'photos' | 'sources'>,
  pairs: readonly CopyPair[],
  { groupBy = [], notBy = [] }: TieOptions,
): Promise<Tie[]> {
  const rules = groupBy.map(groupRule)
  const not = new Set<Separable>(notBy)
  const sequenced = photos.map(sequencedOf)
  const ties: Tie[] = copyTies(photos)
  if (!not.has('copies')) ties.push(...pairs.map(({ a, b, kind }) => ({ a, b, kind })))
  if (!not.has('page')) ties.push(...tiesByValue(photos.map(pageOf), 'page'))
  if (!not.has('person')) ties.push(...peopleTies(photos))
  if (!not.has('video')) ties.push(...videoTies(sequenced))
  if (!not.has('burst')) ties.push(...burstTies(sequenced))
  for (const [i, rule] of rules.entries())
    ties.push(...tiesByValue(await valuesBy(rule, { photos, sources }, groupBy[i]), 'group'))
  return ties
}

async function valuesBy(
  rule: GroupRule,
  { photos, sources }: Pick<Gathered, 'photos' | 'sources'>,
  given: string,
): Promise<(string | undefined)[]> {
  if ('column' in rule) return valuesIn(rule.column, sources)
  const values = photos.map(({ path }) => valueIn(path, rule.pattern))
  if (values.every(value => value === undefined))
    throw new ChiquitoError(
      'data',
      `--group-by ${JSON.stringify(given)} matches the name of no photo, for example not that of "${photos[0].path}".`,
    )
  return values
}

async function valuesIn(column: string, sources: Gathered['sources']): Promise<(string | undefined)[]> {
  const values: (string | undefined)[] = []
  const seen = new Set<string>()
  for (const { root, photos } of sources) {
    const found = await columnValues(
      root,
      photos.map(({ path }) => path),
      column,
    )
    values.push(...found.values)
    for (const name of found.columns) seen.add(name)
  }
  if (values.some(value => value !== undefined)) return values
  const names = [...seen].slice(0, MOST_NAMED).map(name => `"${name}"`)
  throw new ChiquitoError(
    'data',
    `No table beside the photos says "${column}" of any of them ` +
      `(${names.length === 0 ? 'there is no table that names photos' : `columns: ${names.join(', ')}`}). ` +
      'Correct --group-by, or put the table into the folder of photos.',
  )
}

function pageOf({ row }: CheckedPhoto): string | undefined {
  return typeof row?.page_url === 'string' ? row.page_url : undefined
}

/** What the first group of a pattern that took part matches in the file's name, or in the path where it speaks of folders. */
function valueIn(path: string, pattern: RegExp): string | undefined {
  const text = pattern.source.includes('/') ? path : path.slice(path.lastIndexOf('/') + 1)
  const [, ...groups] = pattern.exec(text.normalize('NFC')) ?? []
  return groups.find(group => group !== undefined)
}

/** What tells pictures of a video or burst. */
export function sequencedOf({ path, facts: { looks, header } }: CheckedPhoto): Sequenced {
  return {
    path,
    hashes: looks === null ? undefined : [looks.phash, looks.innerPhash],
    takenAt: header?.takenAt ?? undefined,
  }
}
