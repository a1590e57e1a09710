import { rename } from 'node:fs/promises'
import path from 'node:path'
import { ChiquitoError, plural, version, type WorkOptions } from '../../core/index.js'
import { type ListResult, listDigest, type Source, writePhotoList } from './photo-list.js'
import { differenceOf, otherQuestion } from './same-question.js'
import type { VerdictsQuestion, Workplace } from './workplace.js'

export interface BeginOptions extends WorkOptions {
  readonly overwrite: boolean
  readonly followLinks: boolean
}

/**
 * Goes on with what was begun, or lists the photos and begins.
 *
 * @param settings - what is asked of each photo
 * @returns how many photos there are
 * @throws `usage` where something else was begun, and where there is no photo; `io`; `data` for a list that is none; `interrupted`
 */
export async function begin(
  place: Workplace,
  settings: Pick<VerdictsQuestion, 'model' | 'device' | 'tta'>,
  sources: readonly Source[],
  options: BeginOptions,
): Promise<number> {
  const { overwrite, followLinks } = options
  const isEverywhereTheSame = sources.every(({ kind, given }) => kind !== 'list' && path.isAbsolute(given))
  const question = (digests: readonly (string | null)[]): VerdictsQuestion => ({
    version: version(),
    ...settings,
    followLinks,
    folder: isEverywhereTheSame ? null : process.cwd(),
    sources: sources.map(({ kind, given }, i) => ({ kind, given, sha256: digests[i] })),
  })
  const begun = await place.begun(overwrite)
  let again: ListResult | undefined
  if (begun !== undefined) {
    // What comes on standard input comes once: should it be another list, this is the one to begin with.
    if (sources.some(({ input }) => input)) again = await writePhotoList(place.otherList, sources, options)
    const now = question(again?.digests ?? (await digestsOf(sources)))
    const difference = differenceOf(begun.question, now)
    if (difference === undefined) return begun.photos
    if (!overwrite) throw otherQuestion(difference, place.folder)
  }
  await place.clear()
  if (again) await rename(place.otherList, place.list)
  const { count, digests } = again ?? (await listed(place.list, sources, options))
  if (count === 0)
    throw new ChiquitoError(
      'usage',
      `There is no photo to judge: none is in ${sources.map(({ given, input }) => (input ? 'the list on standard input' : `"${given}"`)).join(', ')}.`,
    )
  await place.begin({ question: question(digests), photos: count })
  return count
}

async function digestsOf(sources: readonly Source[]): Promise<(string | null)[]> {
  const digests: (string | null)[] = []
  for (const source of sources) digests.push(source.kind === 'list' ? await listDigest(source) : null)
  return digests
}

async function listed(file: string, sources: readonly Source[], options: BeginOptions): Promise<ListResult> {
  const { progress } = options
  const task = 'Listing photos'
  progress?.({ kind: 'start', task })
  const result = await writePhotoList(file, sources, options)
  progress?.({ kind: 'end', task, note: plural(result.count, 'photo') })
  for (const message of result.notices) progress?.({ kind: 'notice', message })
  return result
}
