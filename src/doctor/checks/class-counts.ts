import type { CheckedData } from '../check.js'

export interface ClassCount {
  readonly label: string
  /** Photos that can be used and are learnt from, or may be. */
  readonly learnt: number
  /** Those that are kept apart to measure on; undefined where nothing divides the photos. */
  readonly held: number | undefined
}

/** How many usable photos each class has. */
export function countsOf({ photos, labels }: CheckedData): ClassCount[] {
  const isDivided = photos.some(({ split }) => split !== undefined)
  const learnt = labels.map(() => 0)
  const held = labels.map(() => 0)
  for (const { label, split, facts } of photos)
    if (facts.problem === null) (split === 'valid' || split === 'test' ? held : learnt)[label]++
  return labels.map((label, i) => ({ label, learnt: learnt[i], held: isDivided ? held[i] : undefined }))
}
