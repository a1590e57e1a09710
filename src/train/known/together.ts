import type { WorkOptions } from '../../core/index.js'
import { copyTies, joined, type LikenessFinder, type Photo } from '../../dataset/index.js'

/** Photos, and how those that look alike are found. */
export interface Likeness extends Pick<WorkOptions, 'progress' | 'signal'> {
  /** The folder that photo paths start from. */
  readonly root: string
  readonly find: LikenessFinder
}

/**
 * Which photos belong together, so that none vouches for another: exact copies; with `likeness` near copies, pictures of one video and
 * bursts, too. Where these would take more than half of a class with them, exact copies alone: what else should its photos be
 * compared with?
 *
 * @returns for each photo the number of its group
 */
export async function togetherOf(
  photos: readonly Photo[],
  likeness: Likeness | undefined,
): Promise<readonly number[]> {
  const copies = copyTies(photos)
  const exact = joined(photos.length, copies)
  if (likeness === undefined) return Array.from(exact)
  const { root, find, progress, signal } = likeness
  const alike = joined(photos.length, [...copies, ...(await find(root, photos, { progress, signal }))])
  const ofClass = new Map<number, number>()
  const ofGroup = new Map<string, number>()
  for (const [i, { label }] of photos.entries()) {
    ofClass.set(label, (ofClass.get(label) ?? 0) + 1)
    ofGroup.set(`${alike[i]} ${label}`, (ofGroup.get(`${alike[i]} ${label}`) ?? 0) + 1)
  }
  const isLarge = new Set(
    photos.flatMap(({ label }, i) =>
      2 * (ofGroup.get(`${alike[i]} ${label}`) ?? 0) > (ofClass.get(label) ?? 0) ? [alike[i]] : [],
    ),
  )
  // Numbers of groups are those of photos, so both kinds never meet by chance.
  return photos.map((_, i) => (isLarge.has(alike[i]) ? exact[i] : alike[i]))
}
