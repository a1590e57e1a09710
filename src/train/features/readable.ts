import path from 'node:path'
import { ChiquitoError, plural, throwIfAborted } from '../../core/index.js'
import type { Dataset, Photo, Split } from '../../dataset/index.js'
import { decode, inspectPhoto, readPhotoFile } from '../../images/index.js'
import type { Features, Unreadable } from './extractor.js'
import { isPhotosFault } from './lost-photo.js'

/** What people call the parts of a data set. */
export const partNames: Readonly<Record<Split, string>> = {
  train: 'training',
  valid: 'validation',
  test: 'test',
}

/** Short side in pixels to which a photo is decoded that only has to be readable. */
const smallest = 32

/** How many unreadable photos a message names. */
const named = 3

/**
 * Throws `data` when a class that photos were asked of has none that could be read: naming the class, and why its photos
 * could not.
 *
 * @param asked the photos that were to be read
 */
export function requireEveryClass(
  labels: readonly string[],
  asked: readonly Photo[],
  unread: readonly Unreadable[],
  part: Split,
): void {
  const reasonOf = new Map(unread.map(one => [one.path, one.reason]))
  const present = new Set(asked.filter(photo => !reasonOf.has(photo.path)).map(photo => photo.label))
  const empty = asked.find(({ label }) => !present.has(label))?.label
  if (empty === undefined) return
  const unreadable = asked
    .filter(({ label }) => label === empty)
    .map(photo => ({ path: photo.path, reason: reasonOf.get(photo.path) ?? '' }))
  const reasons = unreadable.slice(0, named).map(({ path, reason }) => `  ${path}: ${reason}`)
  if (unreadable.length > named) reasons.push(`  and ${unreadable.length - named} more`)
  throw new ChiquitoError(
    'data',
    `Class "${labels[empty]}" has no readable photo in the ${partNames[part]} part. ` +
      `${plural(unreadable.length, 'photo')} could not be read:\n` +
      `${reasons.join('\n')}\nAdd photos of "${labels[empty]}", or take ` +
      // Without them the class is learnt and not measured, or the others are divided.
      `${part === 'valid' ? 'these or the class' : 'the class'} away.`,
  )
}

/**
 * Looks for a class none of whose photos can be read, before anything else is done. Of each class photos are tried until one
 * has a header that can be read, which is mostly the first.
 * Throws `data` as {@link requireEveryClass} does.
 */
export async function requireReadableClasses(
  { photos, labels, root }: Dataset,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const part of ['train', 'valid'] as const) {
    const found = new Set<number>()
    const unread: Unreadable[] = []
    const asked = photos.filter(({ split }) => split === part)
    for (const photo of asked) {
      if (found.has(photo.label)) continue
      throwIfAborted(signal)
      const reason = await whyUnreadable(path.join(root, photo.path), photo)
      if (reason === undefined) found.add(photo.label)
      else unread.push({ path: photo.path, reason })
    }
    requireEveryClass(labels, asked, unread, part)
  }
}

/** Undefined for a file with a photo's header. */
async function whyUnreadable(file: string, photo: Photo): Promise<string | undefined> {
  if (await inspectPhoto(file)) return undefined
  try {
    await decode(await readPhotoFile(file, photo.path), { name: photo.path, shortSide: smallest })
    return undefined
  } catch (error) {
    if (!isPhotosFault(error)) throw error
    return error.message.replace(`${photo.path}: `, '')
  }
}

/** Throws `data` where a network cannot tell any two training photos apart: rows [photos, width] that are all the same. */
export function requireDifferences({ photos, views, width }: Features, backbone: string): void {
  const [rows = new Float32Array()] = views
  for (let i = width; i < rows.length; i++) if (rows[i] !== rows[i % width]) return
  if (photos.length > 1) throw allAlike(photos.length, backbone)
}

/** The error for photos that a network cannot tell from one another. */
export function allAlike(photos: number, backbone: string): ChiquitoError {
  return new ChiquitoError(
    'data',
    `The ${photos} training photos all look the same to ${backbone}: nothing in them could tell one class from another. ` +
      'Look whether they show what they should.',
  )
}
