import { argumentError } from '../../core/index.js'

/** How many photos of each class a part is to have. */
export type Share = { readonly fraction: number } | { readonly count: number }

/** Parts that are not learnt from, in the order in which they are drawn. */
export const heldParts = ['valid', 'test'] as const
export type HeldPart = (typeof heldParts)[number]

/** A part of one class: what is asked for, and what it has already. */
export interface PartAsked {
  readonly share: Share | undefined
  readonly before: number
}

/** @throws `usage` for a share that is none */
export function requireShare(name: string, share: Share | undefined): void {
  if (share === undefined) return
  const isShare =
    'count' in share
      ? Number.isSafeInteger(share.count) && share.count >= 0
      : share.fraction >= 0 && share.fraction < 1
  if (!isShare)
    throw argumentError(
      name,
      'a number of photos of each class (50), or a part of each between 0 and 1 (0.2)',
      'count' in share ? share.count : share.fraction,
    )
}

/** What a class of so many photos is asked for. */
export function wantedOf(share: Share, size: number): number {
  if ('count' in share) return share.count
  return share.fraction === 0 ? 0 : Math.max(Math.round(size * share.fraction), 1)
}

/** So many photos of a class may be held apart where a count is asked for: half, and of two one. */
export function mostHeld(size: number): number {
  return Math.max(size >> 1, size > 1 ? 1 : 0)
}

/**
 * How many photos more each held part of a class takes. Parts by fraction take what they ask for; parts by count share what
 * then is left of half the class, in proportion to what they ask for, so that half is learnt from.
 *
 * @param parts - in the order in which they are drawn
 */
export function openTargets(parts: readonly PartAsked[], size: number): number[] {
  const needs = parts.map(({ share, before }) =>
    share === undefined ? 0 : Math.max(0, Math.min(wantedOf(share, size), size - 1) - before),
  )
  const isCount = parts.map(({ share }) => share !== undefined && 'count' in share)
  const before = parts.reduce((sum, part) => sum + part.before, 0)
  const byFraction = needs.reduce((sum, need, i) => sum + (isCount[i] ? 0 : need), 0)
  let room = Math.max(0, mostHeld(size) - before - byFraction)
  let asked = needs.reduce((sum, need, i) => sum + (isCount[i] ? need : 0), 0)
  return needs.map((need, i) => {
    if (!isCount[i] || need === 0) return need
    const own = Math.min(need, Math.ceil((room * need) / asked))
    room -= own
    asked -= need
    return own
  })
}
