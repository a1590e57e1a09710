import { z } from 'zod'
import { PROBLEM_PREFIX, problemKinds } from '../problem-kinds.js'

// What goes over the wire. Requests are checked with these, the OpenAPI document is made of them, and the client's types are theirs.

/** Longer names are no file names. */
const MAX_NAME_CHARACTERS = 255

/** As long as addresses are that browsers and servers take. */
const MAX_URL_CHARACTERS = 8192

const probability = z.number().min(0).max(1)

const problemTypes = Object.keys(problemKinds).map(kind => PROBLEM_PREFIX + kind)

const issueSchema = z.object({
  path: z.string().meta({ description: 'Where in the body: photos[1].base64' }),
  message: z.string(),
})

/** A problem document (RFC 9457). */
export const problemSchema = z
  .object({
    type: z
      .enum(problemTypes)
      .meta({ description: 'Which kind of problem; stays the same from release to release' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: 'What was wrong, what was expected, what to do' }),
    errors: z.array(issueSchema).optional(),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457)' })

const nameSchema = z.string().meta({ description: 'As the request calls the photo' })

export const answeredPhotoSchema = z
  .object({
    name: nameSchema,
    label: z.string().meta({ description: 'The most probable label' }),
    probabilities: z.record(z.string(), probability).meta({ description: 'Of each label; they sum to 1' }),
    known: probability.nullable().meta({
      description:
        'How like the photos learnt from it is (a conformal p-value); null where the model does not say',
    }),
    abstained: z.boolean().meta({ description: 'Too unlike them for any of the labels: "neither"' }),
  })
  .meta({ id: 'AnsweredPhoto' })

export const refusedPhotoSchema = z
  .object({ name: nameSchema, problem: problemSchema })
  .meta({ id: 'RefusedPhoto' })

export const predictAnswerSchema = z
  .object({
    model: z.string().meta({ description: 'Which model answered: its id in /v1/model' }),
    photos: z
      .array(z.union([answeredPhotoSchema, refusedPhotoSchema]))
      .meta({ description: 'In the order of the request' }),
  })
  .meta({ id: 'PredictAnswer' })

/** A problem of the whole request, where it holds several photos and none of them can be read. */
export const nonePhotosSchema = problemSchema
  .extend({ photos: z.array(refusedPhotoSchema).optional() })
  .meta({
    id: 'PredictProblem',
    description: 'A problem document (RFC 9457), with each photo where several were sent',
  })

const base64Pattern = /^[A-Za-z0-9+/]+={0,2}$/

export const base64PhotoSchema = z
  .strictObject({
    name: z.string().min(1).max(MAX_NAME_CHARACTERS).optional(),
    base64: z
      .string()
      .min(4)
      .refine(
        text => text.length % 4 === 0 && base64Pattern.test(text),
        'is not base64 (RFC 4648, with padding, and without "data:image/…;base64," before it)',
      )
      .meta({ contentEncoding: 'base64', description: "The photo's file" }),
  })
  .meta({ id: 'Base64Photo' })

export const urlPhotoSchema = z
  .strictObject({
    name: z.string().min(1).max(MAX_NAME_CHARACTERS).optional(),
    url: z
      .string()
      .min(1)
      .max(MAX_URL_CHARACTERS)
      .meta({ description: 'A public address of http or https; only where the server allows it' }),
  })
  .meta({ id: 'AddressPhoto' })

export const photoListSchema = z
  .strictObject({ photos: z.array(z.union([base64PhotoSchema, urlPhotoSchema])).min(1) })
  .meta({ id: 'PhotoList' })

/** The body of type application/json. */
export const predictRequestSchema = z
  .union([base64PhotoSchema, urlPhotoSchema, photoListSchema])
  .meta({ id: 'PredictRequest' })

export const modelSchema = z
  .object({
    id: z.string().meta({ description: 'SHA-256 of the file' }),
    labels: z.array(z.string()),
    threshold: probability.nullable().meta({
      description:
        'A photo whose known is below this shows none of the labels; null where the model never says so',
    }),
    size: z.int().positive().meta({ description: 'Side of what the network sees, in pixels' }),
    resize: z.enum(['crop', 'squash', 'pad']),
    backbone: z.object({ name: z.string(), licence: z.string() }),
    recipe: z.string(),
    accuracy: z
      .object({ value: probability, low: probability, high: probability })
      .nullable()
      .meta({ description: 'On the validation photos, with a 95 % interval' }),
    trainedOn: z.object({ train: z.int().nonnegative(), valid: z.int().nonnegative() }),
    versions: z.record(z.string(), z.string()),
    loadedAt: z.iso.datetime(),
    limits: z.object({
      bodyBytes: z.int().positive(),
      photos: z.int().positive(),
      pixels: z.int().positive(),
      addresses: z.boolean().meta({ description: 'Whether photos may be given by address' }),
    }),
  })
  .meta({ id: 'Model' })

export const stateSchema = z.object({ status: z.string() }).meta({ id: 'State' })

export type Problem = z.infer<typeof problemSchema>
export type AnsweredPhoto = z.infer<typeof answeredPhotoSchema>
export type RefusedPhoto = z.infer<typeof refusedPhotoSchema>
export type PredictAnswer = z.infer<typeof predictAnswerSchema>
export type ServedModelFacts = z.infer<typeof modelSchema>
