import type { WorkOptions } from '../../core/index.js'
import type { Photo } from '../photo.js'
import { pageTies } from './columns.js'
import { peopleTies } from './people.js'
import type { Tie } from './tie.js'

/** What is known of a photo that may belong to others. */
export type Tied = Pick<Photo, 'path' | 'label' | 'sha256' | 'bytes'>

/** Finds photos that look alike; this folder decodes none. Indices into the photos. */
export type LikenessFinder = (
  root: string,
  photos: readonly Tied[],
  work: WorkOptions,
) => Promise<readonly Tie[]>

/** Why photos of a data set belong together, beside exact copies: same source page, same person, and whatever `likeness` finds. */
export async function findTies(
  root: string,
  photos: readonly Tied[],
  { likeness, progress, signal }: WorkOptions & { readonly likeness?: LikenessFinder | undefined },
): Promise<Tie[]> {
  const pages = await pageTies(
    root,
    photos.map(({ path }) => path),
  )
  const alike = (await likeness?.(root, photos, { progress, signal })) ?? []
  return [...peopleTies(photos), ...pages, ...alike]
}
