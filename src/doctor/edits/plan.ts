import { z } from 'zod'

/** What a person can do to photos. */
export const editKinds = ['relabel', 'reject', 'restore', 'keep', 'apart'] as const
export type EditKind = (typeof editKinds)[number]

const moveSchema = z.object({ from: z.string(), to: z.string(), sha256: z.string() })

/**
 * What an edit does, settled before the first of it is done, so that a kill in the middle leaves nothing to guess: the next edit
 * finishes it first.
 */
export const editPlanSchema = z.object({
  kind: z.enum(editKinds),
  /** Photos that get another place. */
  moves: z.array(moveSchema),
  /** The class of photos, by the paths that they have before the edit. */
  labels: z.array(z.object({ photo: z.string(), was: z.string(), now: z.string() })),
  marks: z.array(z.array(z.object({ path: z.string(), sha256: z.string() })).min(1)),
})
export type EditPlan = z.infer<typeof editPlanSchema>
export type EditMove = z.infer<typeof moveSchema>
