import type { LookedPhoto } from '../../../src/studio/api/runs.js'

/** What the photos of a run are looked at by. */
export type View =
  | { readonly kind: 'wrong' }
  | { readonly kind: 'uncertain' }
  | { readonly kind: 'neither' }
  | { readonly kind: 'mended' }
  | { readonly kind: 'all' }
  | { readonly kind: 'cell'; readonly truth: string; readonly label: string }

export const isWrong = ({ truth, label }: LookedPhoto): boolean => truth !== label

/** Its label was changed since the run was trained. */
export const isMended = ({ now, truth }: LookedPhoto): boolean => now !== null && now !== truth

/** Probability of the answer. */
export const sureness = ({ probabilities }: LookedPhoto): number => Math.max(...probabilities)

/** Photos of a view, what is worth the first look first. */
export function photosIn(
  view: View,
  photos: readonly LookedPhoto[],
  labels: readonly string[],
): LookedPhoto[] {
  const ofTruth = ({ truth, probabilities }: LookedPhoto) => probabilities[labels.indexOf(truth)] ?? 0
  // The less it believed the truth, the more wrong it was.
  const byTruth = (a: LookedPhoto, b: LookedPhoto) => ofTruth(a) - ofTruth(b)
  const bySureness = (a: LookedPhoto, b: LookedPhoto) => sureness(a) - sureness(b)
  switch (view.kind) {
    case 'wrong':
      return photos.filter(isWrong).sort(byTruth)
    case 'uncertain':
      return photos.toSorted(bySureness)
    case 'neither':
      return photos.filter(({ abstained }) => abstained).sort((a, b) => (a.known ?? 0) - (b.known ?? 0))
    case 'mended':
      return photos.filter(isMended)
    case 'all':
      return photos.toSorted(byTruth)
    case 'cell':
      return photos
        .filter(({ truth, label }) => truth === view.truth && label === view.label)
        .sort(view.truth === view.label ? bySureness : byTruth)
  }
}

/** Counts [true class][answer]. */
export function matrixOf(photos: readonly LookedPhoto[], labels: readonly string[]): number[][] {
  const counts = labels.map(() => labels.map(() => 0))
  for (const { truth, label } of photos) {
    const row = counts[labels.indexOf(truth)]
    const column = labels.indexOf(label)
    if (row?.[column] !== undefined) row[column]++
  }
  return counts
}
