import type { WorkOptions } from '../core/index.js'
import { burstTies, type LikenessFinder, videoTies } from '../dataset/index.js'
import { type CheckedPhoto, findCopies, type GatherOptions, gatherFacts } from '../doctor/index.js'
import { sequencedOf } from './ties.js'

/**
 * Photos that look alike, for divisions that training draws: near copies, pictures of one video, bursts. Facts that were measured
 * before are taken from the cache; measuring takes some milliseconds a photo, features ten times as long.
 */
export const findLikeness: LikenessFinder = likenessFinder({})

/** The same without taking anything from the cache, or keeping it there. */
export const measureLikeness: LikenessFinder = likenessFinder({ cache: false })

/** The same, as far as facts are not known already. */
export function likenessFinder(facts: Pick<GatherOptions, 'cache' | 'known'>): LikenessFinder {
  return (root, photos, work) => likenessAmong(root, photos, work, facts)
}

async function likenessAmong(
  root: string,
  photos: Parameters<LikenessFinder>[1],
  { progress, signal }: WorkOptions,
  given: Pick<GatherOptions, 'cache' | 'known'>,
): ReturnType<LikenessFinder> {
  const { files } = await gatherFacts(
    root,
    photos.map(({ path }) => path),
    { progress, signal, ...given },
  )
  const facts = new Map(files.map(file => [file.path, file.facts]))
  const none = { header: null, looks: null, problem: null }
  const checked = photos.map(
    (photo): CheckedPhoto => ({
      ...photo,
      split: undefined,
      row: undefined,
      facts: facts.get(photo.path) ?? none,
    }),
  )
  const pairs = await findCopies(checked, { root, progress, signal })
  const sequenced = checked.map(sequencedOf)
  return [...pairs, ...videoTies(sequenced), ...burstTies(sequenced)]
}
