import { ChiquitoError } from '../core/index.js'
import { byContent } from './copies.js'
import type { Photo, Split } from './photo.js'

/** A photo that may not be in a part yet. */
type Placed = Omit<Photo, 'split'> & { readonly split: Split | undefined }

/**
 * Classes that are made of the same files cannot be told apart, however much is computed.
 *
 * @throws `data` where all photos to learn from are copies of one, or where each photo of a class lies in others, too
 */
export function requireOwnPhotos(photos: readonly Placed[], labels: readonly string[]): void {
  const learnt = photos.filter(photo => photo.bytes > 0 && photo.split !== 'test' && photo.split !== 'valid')
  const groups = byContent(learnt)
  if (learnt.length > 1 && groups.length === 1)
    throw new ChiquitoError(
      'data',
      `All ${learnt.length} photos to learn from are exact copies of one, "${learnt[0].path}": nothing tells the classes ` +
        'apart. Give each class photos of its own.',
    )
  const own = new Set<number>()
  const shared = new Map<number, { count: number; with: Set<number>; example: string; other: string }>()
  for (const group of groups) {
    const classes = new Set(group.map(photo => photo.label))
    if (classes.size === 1) own.add(group[0].label)
    else
      for (const photo of group) {
        const other = group.find(({ label }) => label !== photo.label) ?? photo
        const known = shared.get(photo.label)
        const entry = known ?? { count: 0, with: new Set(), example: photo.path, other: other.path }
        entry.count++
        for (const label of classes) if (label !== photo.label) entry.with.add(label)
        shared.set(photo.label, entry)
      }
  }
  // Of two classes that are the same, the later one is called the copy.
  const [label, copied] = [...shared].filter(([one]) => !own.has(one)).sort(([a], [b]) => b - a)[0] ?? []
  if (label === undefined || copied === undefined) return
  const others = [...copied.with].map(one => `"${labels[one]}"`)
  throw new ChiquitoError(
    'data',
    `Class "${labels[label]}" has no photo of its own: ${copied.count === 1 ? 'its only photo lies' : `each of its ${copied.count} photos lies`} ` +
      `in ${others.slice(0, 3).join(', ')} too${others.length > 3 ? ' and others' : ''}, for example "${copied.example}", which is an ` +
      `exact copy of "${copied.other}". Nothing could tell these classes apart: remove one of them, or the wrong files.`,
  )
}

/** Says which classes a division drawn by seed cannot measure, as they have one photo, or several that belong together. */
export function noticeUnmeasured(
  photos: readonly Photo[],
  labels: readonly string[],
  notice: (message: string) => void,
): void {
  const measured = new Set(photos.filter(({ split }) => split === 'valid').map(({ label }) => label))
  const alone = labels.filter((_, label) => !measured.has(label))
  if (alone.length === 0) return
  const names = alone.slice(0, 3).map(label => `"${label}"`)
  const more = alone.length > names.length ? ` and ${alone.length - names.length} more` : ''
  const indices = new Set(alone.map(label => labels.indexOf(label)))
  const learnt = byContent(photos.filter(({ split, label }) => split !== 'test' && indices.has(label))).length
  const isOne = learnt === alone.length
  notice(
    alone.length === 1
      ? `Class ${names[0]} has ${isOne ? 'one photo: it is' : `${learnt} photos that belong together: they are`} learnt from, and how well it is recognised cannot be measured.`
      : `${alone.length} classes (${names.join(', ')}${more}) have ${isOne ? 'one photo each: it is' : 'photos that belong together, or one: they are'} learnt from, and how well they are recognised cannot be measured.`,
  )
}
