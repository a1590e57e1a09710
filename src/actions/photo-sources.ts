import { stat } from 'node:fs/promises'
import path from 'node:path'
import { ChiquitoError, messageOf, type WorkOptions } from '../core/index.js'
import { FOLLOW_LINKS, type Oddity, type OddityKind, photosBelow } from '../dataset/index.js'
import type { PhotoSource, Refused } from '../predict/index.js'

/** What people named, as photos to judge one by one. */
export interface PhotoSources {
  readonly photos: readonly PhotoSource[]
  /** Folders that may not be read. */
  readonly refused: readonly Refused[]
  /** What lies in the folders and is no photo; examples begin with the folder as it was given. */
  readonly leftOut: readonly Oddity[]
}

/** What a person may have meant to be judged: told although it was left out. */
const told: ReadonlySet<OddityKind> = new Set(['link-outside', 'broken-link', 'special', 'bad-name'])

/**
 * A file is one photo; a folder all photos in it and below, sorted. What is not there stays in, to be named among those
 * that could not be judged.
 */
export async function photoSources(
  given: readonly (string | PhotoSource)[],
  { followLinks, progress, signal }: WorkOptions & { readonly followLinks?: boolean | undefined },
): Promise<PhotoSources> {
  const photos: PhotoSource[] = []
  const refused: Refused[] = []
  const leftOut: Oddity[] = []
  const folders = new Set<string | PhotoSource>()
  const notice = (message: string) => progress?.({ kind: 'notice', message })
  for (const one of given) {
    const isFolder = typeof one === 'string' && (await stat(one).catch(() => undefined))?.isDirectory()
    if (isFolder) folders.add(one)
    else {
      photos.push(typeof one === 'string' ? { path: one } : one)
      continue
    }
    try {
      const found = await photosBelow(one, { followLinks, signal })
      for (const file of found.files) photos.push({ path: file })
      refused.push(...found.refused)
      const oddities = found.oddities.map(odd => ({
        ...odd,
        examples: odd.examples.map(name => path.join(one, name)),
      }))
      leftOut.push(...oddities)
      for (const odd of oddities)
        if (told.has(odd.kind))
          notice(`Left out: ${inWords(odd)}.${odd.kind === 'link-outside' ? ` ${FOLLOW_LINKS}` : ''}`)
      if (found.files.length === 0 && found.refused.length === 0) notice(nothingIn(one, oddities))
    } catch (error) {
      if (!(error instanceof ChiquitoError) || error.code === 'interrupted') throw error
      refused.push({ path: one, reason: messageOf(error).replace(/\.$/, '') })
    }
  }
  if (followLinks && !given.some(one => folders.has(one)))
    notice('--follow-links changes nothing: it is about links in folders, and no folder is given.')
  return { photos, refused, leftOut }
}

function inWords({ description, count, examples }: Oddity): string {
  return `${description} (${count}, for example "${examples[0]}")`
}

function nothingIn(folder: string, oddities: readonly Oddity[]): string {
  const others = oddities.filter(({ kind }) => !told.has(kind))
  const beside =
    others.length === 0 ? '' : ` What lies there was left out: ${others.map(inWords).join('; ')}.`
  return `There is no photo in "${folder}".${beside}`
}
