import { z } from 'zod'
import { type RefusalReason, refusalReasons } from '../downloader/index.js'

// What a collection remembers, a line of its log each. The log is the only truth: photos and metadata follow from it,
// so a kill between any two steps leaves nothing that cannot be told.

/**
 * A path inside the collection: a folder may come from anybody, and so its log. Nothing in it is to be moved or read
 * elsewhere.
 */
const inside = z
  .string()
  .refine(path => !/^[/\\]|\\|\0|(^|\/)\.\.(\/|$)|^[a-z]:/i.test(path), 'leads out of the folder')

const licenceSchema = z
  .object({
    code: z.string(),
    version: z.string().optional(),
    address: z.string().optional(),
    commercial: z.boolean().optional(),
    changes: z.boolean().optional(),
    naming: z.boolean().optional(),
  })
  // JSON has no word for "undefined": a right that is not stated is not written.
  .transform(({ commercial, changes, naming, ...rest }) => ({ ...rest, commercial, changes, naming }))

const foundSchema = z.object({
  address: z.string(),
  page: z.string().optional(),
  title: z.string().optional(),
  creator: z.string().optional(),
  licence: licenceSchema.optional(),
  label: z.string().optional(),
})

/** A request for photos was begun: what the person asked for. */
const beginSchema = z.object({
  event: z.literal('begin'),
  format: z.literal('chiquito-collection'),
  version: z.literal(1),
  /** What was asked for, to tell whether it is gone on with. */
  request: z.string(),
})

/** A source answered: the photos it offers get the next numbers. */
const pageSchema = z.object({
  event: z.literal('page'),
  /** Which search this is a page of. */
  search: z.string(),
  source: z.string(),
  /** Folder of the class, relative, empty for the collection's own; absent where each photo's label says it. */
  folder: inside.optional(),
  cursor: z.string().optional(),
  next: z.string().optional(),
  found: z.array(foundSchema),
})

/** A photo arrived and lies in its waiting place. */
const arrivedSchema = z.object({
  event: z.literal('arrived'),
  number: z.int(),
  format: z.string(),
  /** As it came, where it was saved anew. */
  from: z.string().optional(),
  bytes: z.int(),
  width: z.int(),
  height: z.int(),
  sha256: z.string(),
  phash: z.string(),
  at: z.string(),
})

/** Its server could not be reached at a time when nothing could: it gets another chance. */
const unreachedSchema = z.object({ event: z.literal('unreached'), number: z.int() })

/** A photo lay in a class folder that this collection did not bring. */
const thereSchema = z.object({
  event: z.literal('there'),
  file: inside,
  bytes: z.int(),
  sha256: z.string(),
  phash: z.string(),
})

/** It was the next one's turn, and it is in the folder. */
const keptSchema = z.object({ event: z.literal('kept'), number: z.int(), file: inside })

const refusedSchema = z.object({
  event: z.literal('refused'),
  number: z.int(),
  reason: z.custom<RefusalReason>(value => typeof value === 'string' && Object.hasOwn(refusalReasons, value)),
  detail: z.string(),
})

/** All that was asked for was done. */
const endSchema = z.object({ event: z.literal('end') })

export const recordSchema = z.discriminatedUnion('event', [
  beginSchema,
  pageSchema,
  arrivedSchema,
  keptSchema,
  refusedSchema,
  unreachedSchema,
  thereSchema,
  endSchema,
])

export type AlbumRecord = z.infer<typeof recordSchema>
export type PageRecord = z.infer<typeof pageSchema>
export type ThereRecord = z.infer<typeof thereSchema>
export type ArrivedRecord = z.infer<typeof arrivedSchema>
