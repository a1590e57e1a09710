import { z } from 'zod'
import { runNameSchema } from '../../runs/index.js'

/** Nobody waits longer than a week; and no photo is larger. */
const MOST_SECONDS = 7 * 24 * 3600
const LARGEST_SIDE = 1024

/** What a page may ask of a training: nothing that names a place of this machine. */
export const trainOptionsSchema = z.strictObject({
  /** Of the run; a free one by default. */
  name: runNameSchema.optional(),
  recipe: z.enum(['auto', 'fastai-2018']).optional(),
  /** By name: files of this machine are not asked for by a page. */
  backbone: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'the name of a network, as "chiquito backbones" lists them')
    .optional(),
  /** Seconds. */
  budget: z.number().positive().max(MOST_SECONDS).optional(),
  size: z.int().min(32).max(LARGEST_SIDE).optional(),
  fineTune: z.enum(['auto', 'always', 'never']).optional(),
  epochs: z.int().min(1).max(1000).optional(),
  coverage: z.number().min(0.5).max(0.999).optional(),
  seed: z.int().nonnegative().optional(),
  /** Go on with the run of that name, which was begun elsewhere, by its own settings. */
  resume: z.boolean().optional(),
})

export type TrainJobOptions = z.infer<typeof trainOptionsSchema>
