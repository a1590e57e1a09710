import { z } from 'zod'
import { plural } from '../core/index.js'
import { shortcutLine } from '../doctor/index.js'
import { lostPhotos } from '../report/index.js'

/** What a fold's `metrics.json` says that must be known before a cross-validation is believed. */
export const doubtsSchema = z.object({
  shortcuts: z
    .array(
      z.object({
        property: z.string(),
        class: z.string(),
        auc: z.number(),
        interval: z.tuple([z.number(), z.number()]),
        stands: z.boolean().default(false),
      }),
    )
    .default([]),
  leaks: z.array(z.object({ train: z.string(), valid: z.string() })).default([]),
  unreadable: z.array(z.object({ path: z.string(), reason: z.string() })).default([]),
})

/** What of a fold tells what it measured. */
interface MeasuredFold {
  readonly photos: { readonly train: number; readonly valid: number }
  /** Counts [true class][predicted class]. */
  readonly confusion: readonly (readonly number[])[]
}

/** That some photos, or whole classes, were learnt from in every fold and measured in none: the figures are of the others. */
export function unmeasuredWarnings(folds: readonly MeasuredFold[], labels: readonly string[]): string[] {
  const missing = labels.filter((_, k) => folds.every(({ confusion }) => confusion[k].every(n => n === 0)))
  const [{ photos }] = folds
  const measured = folds.reduce((sum, fold) => sum + fold.photos.valid, 0)
  const left = photos.train + photos.valid - measured
  const names = missing.slice(0, MOST_NAMED).map(label => `"${label}"`)
  const more = missing.length - names.length
  const sentences = [
    ...(left > 0
      ? [
          `${plural(left, 'photo')} ${left === 1 ? 'was' : 'were'} measured in no fold: where all photos of a class belong together, or there is ` +
            'one alone, they are learnt from in every fold.',
        ]
      : []),
    ...(missing.length > 0
      ? [`How well ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''} can be told was not measured.`]
      : []),
  ]
  return sentences.length === 0 ? [] : [sentences.join(' ')]
}

/** Classes that are named one by one. */
const MOST_NAMED = 5

/** A sentence each: photos that were learnt from and measured on, what gives classes away, what could not be used. */
export function foldWarnings(folds: readonly z.infer<typeof doubtsSchema>[], classes: number): string[] {
  const leaked = new Set(folds.flatMap(({ leaks }) => leaks.map(({ valid }) => valid)))
  const lost = new Map(folds.flatMap(({ unreadable }) => unreadable.map(one => [one.path, one])))
  // Each fold looks at all photos, some to learn from and the others to measure on.
  const shortcuts = shortcutLine(folds[0]?.shortcuts ?? [], classes)
  return [
    ...(leaked.size === 0
      ? []
      : [
          `${plural(leaked.size, 'photo')} measured on with an exact copy among those learnt from, for example ` +
            `"${[...leaked][0]}": the tables of folds should keep copies together, as "split --folds" does.`,
        ]),
    ...(shortcuts === undefined ? [] : [shortcuts]),
    ...[lostPhotos([...lost.values()]) ?? []].flat(),
  ]
}
