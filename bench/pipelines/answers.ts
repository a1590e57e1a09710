import { z } from 'zod'

/** Probabilities by label, or why there are none. */
export type Said = ReadonlyMap<string, number> | string

/** Someone who answers photos with the folder of a model. */
export interface Side {
  readonly name: string
  ask(hub: string, photos: readonly string[]): Promise<readonly Said[]>
  close(): Promise<void>
}

export const transformersJs = {
  key: 'transformers-js',
  packages: { '@huggingface/transformers': '4.3.2' },
} as const

export const answersSchema = z.array(
  z.union([
    z.object({ scores: z.array(z.object({ label: z.string(), score: z.number() })) }),
    z.object({ error: z.string() }),
  ]),
)

/** What a pipeline said of one photo. */
export function saidOf(answer: z.infer<typeof answersSchema>[number]): Said {
  return 'error' in answer ? answer.error : new Map(answer.scores.map(({ label, score }) => [label, score]))
}
