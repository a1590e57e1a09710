/** Where one stands in the grid, and what is chosen. */
export interface Standing {
  /** The list of photos that the places below are of. */
  readonly ids: readonly string[]
  readonly at: number
  /** Where a range began that shift extends. */
  readonly anchor: number
  readonly chosen: ReadonlySet<string>
}

export const nowhere: Standing = { ids: [], at: 0, anchor: 0, chosen: new Set() }

/** Goes to a place; with shift all between there and the anchor is chosen. */
export function goTo(standing: Standing, at: number, isRange: boolean): Standing {
  const { ids } = standing
  const place = within(at, ids)
  if (!isRange) return { ...standing, at: place, anchor: place }
  const [from, to] = [Math.min(standing.anchor, place), Math.max(standing.anchor, place)]
  return { ...standing, at: place, chosen: new Set(ids.slice(from, to + 1)) }
}

/** Adds the photo at a place to what is chosen, or takes it out. */
export function toggle({ ids, chosen: before }: Standing, at: number): Standing {
  const chosen = new Set(before)
  const id = ids[at]
  if (id !== undefined && !chosen.delete(id)) chosen.add(id)
  return { ids, at, anchor: at, chosen }
}

/** What an act is about: all that is chosen, or else the photo where one stands. */
export function meant({ ids, at, chosen }: Standing): string[] {
  if (chosen.size > 0) return ids.filter(id => chosen.has(id))
  const id = ids[at]
  return id === undefined ? [] : [id]
}

/**
 * The same where the list has changed, whoever changed it: a key then still means the photo that was seen. Where that one has left, or has
 * another place in another class, one stands at the next that is still there.
 *
 * @param now - the id that a photo has by now
 */
export function follow(standing: Standing, ids: readonly string[], now: (id: string) => string): Standing {
  if (standing.ids === ids) return standing
  const places = new Map(ids.map((id, place) => [id, place]))
  const placeOf = (before: number) => {
    const isThere = (id: string) => places.has(id)
    const id = standing.ids.slice(before).find(isThere) ?? standing.ids.slice(0, before).findLast(isThere)
    return places.get(id ?? '') ?? within(before, ids)
  }
  const chosen = [...standing.chosen].map(now).filter(id => places.has(id))
  return { ids, at: placeOf(standing.at), anchor: placeOf(standing.anchor), chosen: new Set(chosen) }
}

function within(at: number, ids: readonly string[]): number {
  return Math.max(0, Math.min(ids.length - 1, at))
}
