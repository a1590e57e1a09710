import { ChiquitoError } from '../../core/index.js'

/** What is asked of some photos. */
interface Asked {
  readonly photos: readonly unknown[]
}

/** Where they lie, in the same order. */
interface Place {
  readonly paths: readonly string[]
}

/** @throws `usage` */
export function requirePaths({ photos }: Asked, { paths }: Place): void {
  if (paths.length !== photos.length)
    throw new ChiquitoError('usage', 'A job about photos must say where each of them lies.')
}

/** How many photos of a job are in the first of its halves. */
export function firstHalf({ photos }: Asked): number {
  return photos.length >> 1
}

/** The same about the first photos, and about the others; nothing where there is one photo. */
export function halves<A extends Asked>(asked: A): A[] {
  const half = firstHalf(asked)
  if (half === 0) return []
  return [asked.photos.slice(0, half), asked.photos.slice(half)].map(photos => ({ ...asked, photos }))
}

/** The same, each half with its part of the paths. */
export function halvesWithPaths<A extends Asked, P extends Place>(
  asked: A,
  place: P,
): { readonly asked: A; readonly place: P }[] {
  const half = firstHalf(asked)
  const paths = [place.paths.slice(0, half), place.paths.slice(half)]
  return halves(asked).map((part, i) => ({ asked: part, place: { ...place, paths: paths[i] } }))
}
