import { z } from 'zod'
import type { Channels } from './preprocessing.js'

// Pieces of the schemas for files of other programs: one number or one a channel, a side or two.

const MOST_SHOWN = 60

function but(expected: string): { error: (issue: { input?: unknown }) => string } {
  return {
    error: ({ input }) => {
      const text = JSON.stringify(input) ?? String(input)
      return `expected ${expected}, but is ${text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text}`
    },
  }
}

const triple = z.tuple([z.number(), z.number(), z.number()])
const alike = z.number().transform((value): [number, number, number] => [value, value, value])

/** One number, or three by channel. */
export const means = z.union([alike, triple], but('three numbers, by channel'))

/** As {@link means}, above 0. */
export const deviations = z
  .union([alike, triple], but('three numbers, by channel'))
  .refine(std => std.every(value => value > 0), but('numbers above 0'))

/** A truth value; null counts as absent. */
export const flag = z
  .union([z.boolean(), z.null()], but('true or false'))
  .transform(value => value ?? undefined)
  .optional()

const side = z.int().min(1).max(100_000)

/** As transformers, timm and OpenCLIP write a size: one side, two, or by name. */
export const sides = z.union(
  [
    side,
    z.array(side).min(1).max(3),
    z.object({
      height: side.nullish(),
      width: side.nullish(),
      shortest_edge: side.nullish(),
      longest_edge: side.nullish(),
    }),
  ],
  but('a side in pixels, or height and width'),
)

/** The side of the square that a size comes to here: the shorter one. */
export function firstSide(value: z.infer<typeof sides> | null | undefined): number | undefined {
  if (value === undefined || value === null || typeof value === 'number') return value ?? undefined
  if (Array.isArray(value)) return Math.min(...value.slice(-2))
  const { height, width, shortest_edge, longest_edge } = value
  if (height && width) return Math.min(height, width)
  return height ?? width ?? shortest_edge ?? longest_edge ?? undefined
}

export function inBytes(mean: Channels, std: Channels): { mean: Channels; std: Channels } {
  const scaled = ([a, b, c]: Channels): Channels => [a * 255, b * 255, c * 255]
  return { mean: scaled(mean), std: scaled(std) }
}
