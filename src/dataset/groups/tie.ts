/**
 * Why photos belong on one side of a division: `exact` copies; `near` copies, also `mirrored` or `turned`, and where one is a
 * `part` of the other (crop, caption, screenshot); the same source `page`; the same `person`; one `group` by a pattern or
 * table that a person gave; pictures of one `video`; a `burst` of one camera.
 */
export type TieKind =
  | 'exact'
  | 'near'
  | 'mirrored'
  | 'turned'
  | 'part'
  | 'page'
  | 'person'
  | 'group'
  | 'video'
  | 'burst'

/** Two photos that belong together: indices into the photos. */
export interface Tie {
  readonly a: number
  readonly b: number
  readonly kind: TieKind
}

/** In words, for a person: `copies`, `the same source page`. */
export const tieWords: Readonly<Record<TieKind, string>> = {
  exact: 'exact copies',
  near: 'near copies',
  mirrored: 'mirrored copies',
  turned: 'turned copies',
  part: 'one shows a part of the other',
  page: 'the same source page',
  person: 'the same person by name',
  group: 'the same group by name or table',
  video: 'pictures of one video',
  burst: 'taken within seconds and alike',
}

/**
 * Which photos hang together by ties, directly or through others.
 *
 * @param count - photos
 * @returns for each photo the lowest index of its group
 */
export function joined(count: number, ties: Iterable<Tie>): Int32Array {
  const parent = Int32Array.from({ length: count }, (_, i) => i)
  const root = (i: number): number => {
    let at = i
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]]
      at = parent[at]
    }
    return at
  }
  for (const { a, b } of ties) {
    const [x, y] = [root(a), root(b)]
    parent[Math.max(x, y)] = Math.min(x, y)
  }
  for (let i = 0; i < count; i++) parent[i] = root(i)
  return parent
}

/** Ties of photos with the same value, each to the first that has it; those without a value stay alone. */
export function tiesByValue(values: readonly (string | undefined)[], kind: TieKind): Tie[] {
  const first = new Map<string, number>()
  return values.flatMap((value, b): Tie[] => {
    if (value === undefined || value === '') return []
    const a = first.get(value)
    if (a !== undefined) return [{ a, b, kind }]
    first.set(value, b)
    return []
  })
}
