import { z } from 'zod'

// What a checkpoint holds beside tensors, as JSON. JSON has no NaN and no infinity, and a loss can be either.

const infinite = ['NaN', 'Infinity', '-Infinity'] as const

/** A number, finite or not, as {@link factsJson} writes it. (Its full type would not survive in a declaration file.) */
export const anyNumber: z.ZodType<number> = z.union([z.number(), z.enum(infinite).transform(Number)])

export const epochSchema = z.object({
  epoch: z.int().positive(),
  trainLoss: anyNumber,
  rate: anyNumber,
  validLoss: anyNumber,
  accuracy: anyNumber,
})

export const stageSchema = z.object({
  name: z.string(),
  schedule: z.string(),
  epochs: z.array(epochSchema),
  accuracy: anyNumber,
  seconds: z.number().nonnegative(),
  undone: z.string().optional(),
})

export function factsJson(facts: unknown): string {
  return JSON.stringify(facts, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  )
}
