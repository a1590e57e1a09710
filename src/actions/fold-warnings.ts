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
