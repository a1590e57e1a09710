import { z } from 'zod'

const share = z.number().min(0).max(1)
const interval = z.tuple([share, share]).readonly()
const count = z.int().nonnegative()

const figure = z.object({ count, right: count, accuracy: share.nullable(), interval: interval.nullable() })

const abstention = z.object({
  figures: z
    .object({
      threshold: share,
      count,
      leftOut: count.default(0),
      abstained: count,
      coverage: share,
      interval,
      perClass: z.array(
        z.object({
          label: z.string(),
          count,
          abstained: count,
          coverage: share.nullable(),
          interval: interval.nullable(),
        }),
      ),
      answered: figure,
      wrongKeptBack: count,
    })
    .optional(),
  part: z.string().optional(),
  coverage: share.optional(),
  method: z.string().optional(),
  why: z.string().optional(),
})

/**
 * What a run's `metrics.json` must hold for its model card. Older runs lack some of it; what cannot be read is left out, as a card
 * says what is not known.
 */
export const runMetricsSchema = z.object({
  photos: z.object({ train: count, valid: count, test: count }).optional().catch(undefined),
  evaluation: figure
    .extend({
      logLoss: z.number(),
      perClass: z.array(
        z.object({
          label: z.string(),
          support: count,
          recall: share.nullable(),
          recallInterval: interval.nullable(),
          precision: share.nullable(),
        }),
      ),
    })
    .optional()
    .catch(undefined),
  withoutLeaks: figure.nullable().optional().catch(undefined),
  tta: z.object({ views: count, accuracy: share, interval }).optional().catch(undefined),
  test: z
    .object({ count, right: count, accuracy: share, interval, evaluation: z.object({ logLoss: z.number() }) })
    .optional()
    .catch(undefined),
  abstention: abstention.optional().catch(undefined),
  leaks: z.array(z.unknown()).readonly().optional().catch(undefined),
  unreadable: z.array(z.unknown()).readonly().optional().catch(undefined),
  shortcuts: z
    .array(z.object({ property: z.string(), class: z.string(), auc: share, interval, stands: z.boolean() }))
    .readonly()
    .optional()
    .catch(undefined),
  checks: z
    .object({ found: z.array(z.object({ title: z.string(), count })).readonly() })
    .optional()
    .catch(undefined),
  licences: z
    .object({
      licences: z.array(z.object({ license: z.string().nullable(), photos: count })).readonly(),
      sources: z.array(z.object({ source: z.string().nullable(), photos: count })).readonly(),
      noChanges: count,
      noCommercialUse: count,
    })
    .nullable()
    .optional()
    .catch(undefined),
})

export type RunMetrics = z.infer<typeof runMetricsSchema>
