import { z } from 'zod'
import { ChiquitoError } from '../core/index.js'
import type { Photo } from './photo.js'

/** A photo as it was when a run began. */
export const recordedPhotoSchema = z.object({
  path: z.string(),
  label: z.string(),
  split: z.enum(['train', 'valid', 'test']),
  sha256: z.string(),
})
export type RecordedPhoto = z.infer<typeof recordedPhotoSchema>

/** What a run began with: its photos, and the classes in their order. */
export interface RecordedPhotos {
  readonly photos: readonly RecordedPhoto[]
  readonly labels: readonly string[]
}

/** Photos named in a message; more would not be read. */
const MOST_NAMED = 3

/** What to keep of photos, so that a run can be gone on with on the same ones. */
export function recordPhotos(photos: readonly Photo[], labels: readonly string[]): RecordedPhoto[] {
  return photos.map(({ path, label, split, sha256 }) => ({ path, label: labels[label], split, sha256 }))
}

/**
 * The photos a run began with, out of those that are there now. Photos that came since are left out, with a notice.
 *
 * @param labels - of the photos that are there now
 * @throws `data` where one is gone, has other content or another label
 */
export function sameAsRecorded(
  now: readonly Photo[],
  labels: readonly string[],
  recorded: RecordedPhotos,
  notice: (message: string) => void,
): Photo[] {
  const present = new Map(now.map(photo => [photo.path, photo]))
  const wrong: string[] = []
  const same = recorded.photos.flatMap(({ path, label, split, sha256 }): Photo[] => {
    const photo = present.get(path)
    if (!recorded.labels.includes(label))
      throw new ChiquitoError(
        'data',
        `"${path}" is recorded as "${label}", which is no class of the run. Train again without --resume.`,
      )
    const problem =
      photo === undefined
        ? 'is gone or cannot be read'
        : photo.sha256 !== sha256
          ? 'has changed'
          : labels[photo.label] !== label
            ? `was "${label}" and is "${labels[photo.label]}" now`
            : undefined
    if (problem !== undefined) wrong.push(`"${path}" ${problem}`)
    return photo ? [{ ...photo, label: recorded.labels.indexOf(label), split }] : []
  })
  if (wrong.length > 0) throw changed(wrong)
  noticeNew(now, recorded, notice)
  return same
}

/** Before any photo is read: that those the run began with are there at all. @throws `data` */
export function requirePresent(paths: readonly string[], { photos }: RecordedPhotos): void {
  const present = new Set(paths)
  const gone = photos.filter(({ path }) => !present.has(path)).map(({ path }) => `"${path}" is gone`)
  if (gone.length > 0) throw changed(gone)
}

function changed(wrong: readonly string[]): ChiquitoError {
  const named = wrong.slice(0, MOST_NAMED).join(', ')
  const more = wrong.length > MOST_NAMED ? ` and ${wrong.length - MOST_NAMED} more` : ''
  return new ChiquitoError(
    'data',
    `The photos are no longer those the run began with: ${named}${more}. Restore them, or train again without --resume.`,
  )
}

function noticeNew(
  now: readonly Photo[],
  { photos }: RecordedPhotos,
  notice: (message: string) => void,
): void {
  const known = new Set(photos.map(({ path }) => path))
  const fresh = now.filter(({ path }) => !known.has(path))
  if (fresh.length === 0) return
  const are = fresh.length === 1 ? '1 photo is' : `${fresh.length} photos are`
  notice(
    `${are} new since the run began, for example "${fresh[0].path}": left out, as the run goes on with what it had.`,
  )
}
