import type { Excluded } from './input.js'
import { list, plural, visible } from './text.js'

/** Reasons told, and photos named for each; the rest is counted. */
const TOLD_REASONS = 5
const NAMED_PHOTOS = 3

/**
 * What became of photos that could not be used, in a sentence: how many, and by reason the first of their names.
 * Undefined where there are none.
 *
 * @param total photos there were in all, where that is known
 */
export function lostPhotos(lost: readonly Excluded[], total?: number): string | undefined {
  if (lost.length === 0) return undefined
  const groups = new Map<string, Excluded[]>()
  for (const one of lost) {
    const key = kindOf(one.reason)
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  const bySize = [...groups.values()].sort((a, b) => b.length - a.length)
  const told = bySize.slice(0, TOLD_REASONS).map(group => `${sentenceOf(group[0].reason)}: ${names(group)}`)
  const rest = bySize.slice(TOLD_REASONS).reduce((count, group) => count + group.length, 0)
  const count =
    total === undefined ? plural(lost.length, 'photo') : `${lost.length} of ${plural(total, 'photo')}`
  return `${count} could not be used: ${told.join('; ')}${rest > 0 ? `; ${rest} more for other reasons` : ''}.`
}

/** Reasons that differ in their numbers, or in what a library said, are one. */
function kindOf(reason: string): string {
  return reason.replace(/\(.*\)/s, '').replace(/\d+/g, '0')
}

function sentenceOf(reason: string): string {
  return visible(reason.replace(/[.\s]+$/, ''))
}

function names(group: readonly Excluded[]): string {
  const named = group.slice(0, NAMED_PHOTOS).map(({ path }) => visible(path))
  const rest = group.length - named.length
  return rest > 0 ? `${named.join(', ')} and ${rest} more` : list(named, 'and')
}
