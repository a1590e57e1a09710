import { z } from 'zod'
import type { PhotoFacts } from './facts.js'
import { READER } from './reader.js'

// What was kept is read back as carefully as what comes from elsewhere.

const number = z.number()

const headerSchema = z.object({
  format: z.string(),
  width: number,
  height: number,
  frames: number,
  orientation: number,
  quantisation: number.nullable(),
  subsampling: z.string().nullable(),
  hasEnd: z.boolean(),
  hasExif: z.boolean(),
  hasProfile: z.boolean(),
  hasPlace: z.boolean(),
  names: z.array(z.string()),
  takenAt: z.string().nullable(),
})

const looksSchema = z.object({
  phash: z.string(),
  innerPhash: z.string(),
  border: number,
  luminance: z.object({ mean: number, p1: number, p5: number, p95: number, p99: number }),
  sharpness: number,
  detail: z.array(number),
  entropy: number,
  colours: number,
  palette: number.nullable(),
  light: z.object({
    paper: number,
    full: z.tuple([number, number, number]),
    even: number,
    detail: number,
    median: number,
  }),
  chroma: number,
  colour: z.tuple([number, number, number]),
  edge: z.array(number),
})

/** What is kept of a photo: of one that cannot be used, too, as long as the same decoders would refuse it. */
export const keptSchema: z.ZodType<PhotoFacts> = z.union([
  z.object({ header: headerSchema, looks: looksSchema, problem: z.null() }),
  z
    .object({
      header: headerSchema.nullable(),
      looks: z.null(),
      problem: z.object({
        kind: z.enum(['no-photo', 'damaged', 'large', 'small']),
        message: z.string(),
      }),
      reader: z.literal(READER),
    })
    .transform(({ header, looks, problem }) => ({ header, looks, problem })),
])
