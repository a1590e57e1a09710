/** Where one stands in the grid, and what is chosen, by places in the list that is shown. */
export interface Standing {
  readonly at: number
  /** Where a range began that shift extends. */
  readonly anchor: number
  readonly chosen: ReadonlySet<string>
}

export const nowhere: Standing = { at: 0, anchor: 0, chosen: new Set() }

/** Goes to a place; with shift all between there and the anchor is chosen. */
export function goTo(standing: Standing, at: number, ids: readonly string[], isRange: boolean): Standing {
  const place = Math.max(0, Math.min(ids.length - 1, at))
  if (!isRange) return { ...standing, at: place, anchor: place }
  const [from, to] = [Math.min(standing.anchor, place), Math.max(standing.anchor, place)]
  return { ...standing, at: place, chosen: new Set(ids.slice(from, to + 1)) }
}

/** Adds the photo at a place to what is chosen, or takes it out. */
export function toggle(standing: Standing, at: number, ids: readonly string[]): Standing {
  const chosen = new Set(standing.chosen)
  const id = ids[at]
  if (id !== undefined && !chosen.delete(id)) chosen.add(id)
  return { at, anchor: at, chosen }
}

/** What an act is about: all that is chosen, or else the photo where one stands. */
export function meant({ at, chosen }: Standing, ids: readonly string[]): string[] {
  if (chosen.size > 0) return ids.filter(id => chosen.has(id))
  const id = ids[at]
  return id === undefined ? [] : [id]
}

/** Photos that left the list, or have another id by now. */
export function follow(standing: Standing, ids: readonly string[], now: (id: string) => string): Standing {
  const there = new Set(ids)
  const chosen = [...standing.chosen].map(now).filter(id => there.has(id))
  const at = Math.max(0, Math.min(ids.length - 1, standing.at))
  return { at, anchor: Math.min(standing.anchor, Math.max(0, ids.length - 1)), chosen: new Set(chosen) }
}
