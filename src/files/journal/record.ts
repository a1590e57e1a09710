import { z } from 'zod'
import { sha256Schema } from '../sha256-schema.js'
import { isInnerPath } from './inner-path.js'

/** What the first line says; a higher version is one that this program does not know. */
export const JOURNAL_FORMAT = 'chiquito-journal'
export const JOURNAL_VERSION = 1

/** What a first line of any version has. */
export const headerSchema = z.object({ format: z.literal(JOURNAL_FORMAT), version: z.int().positive() })

const path = z.string().max(4096).refine(isInnerPath, 'it is no path below the folder')
const number = z.int().positive()
const time = z.iso.datetime()

/** A file gets another place or name, where nothing is. */
const moveSchema = z.object({ act: z.literal('move'), from: path, to: path, sha256: sha256Schema })

/** A file gives way to another one made of it, and is kept elsewhere. */
const replaceSchema = z.object({
  act: z.literal('replace'),
  from: path,
  /** Where the new one goes: the same path, or one where nothing is. */
  to: path,
  /** Where the old one goes. */
  kept: path,
  /** Where the new one lies ready. */
  staged: path,
  /** Of the old one. */
  sha256: sha256Schema,
  /** Of the new one. */
  after: sha256Schema,
})

/** The way back of `replace`: the file that was kept comes back, the one that was made of it goes. */
const restoreSchema = z.object({
  act: z.literal('restore'),
  /** Where it was kept. */
  from: path,
  to: path,
  made: path,
  sha256: sha256Schema,
  after: sha256Schema,
})

/** Pieces of a text are replaced by others: rows of a table. */
const editSchema = z.object({
  act: z.literal('edit'),
  path,
  sha256: sha256Schema,
  after: sha256Schema,
  /** Sorted, apart from one another. */
  changes: z
    .array(
      z.object({
        /** Where the piece begins in the text before, in UTF-16 units. */
        at: z.int().nonnegative(),
        was: z.string(),
        now: z.string(),
      }),
    )
    .min(1),
})

/** A person said something of photos, known by their content. */
const markSchema = z.object({
  act: z.literal('mark'),
  /** `keep`: they are as they should be. `apart`: they are no copies of one another. */
  mark: z.enum(['keep', 'apart']),
  contents: z.array(sha256Schema).min(1),
  /** What they were called. */
  photos: z.array(z.string()),
})

/** A mark no longer holds. */
const unmarkSchema = z.object({ act: z.literal('unmark'), of: number })

export const actSchema = z.discriminatedUnion('act', [
  moveSchema,
  replaceSchema,
  restoreSchema,
  editSchema,
  markSchema,
  unmarkSchema,
])

/** One thing done to a folder, with all that is needed to finish it or to take it back. */
export type Act = z.infer<typeof actSchema>
export type ActOf<K extends Act['act']> = Extract<Act, { readonly act: K }>

const recordActSchema = z.object({
  event: z.literal('act'),
  operation: number,
  /** Acts are counted through the whole journal. */
  number,
  at: time,
  /** Why, for whoever reads the file: the check that found it. */
  why: z.string().optional(),
  /** The act that this one takes back. */
  undoes: number.optional(),
  what: actSchema,
})
export type RecordedAct = z.infer<typeof recordActSchema>

/** Every line but the first. */
export const recordSchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('begin'),
    operation: number,
    name: z.string().min(1),
    at: time,
    /** The program that did it, and who asked: `chiquito 0.1.0, command line`. */
    by: z.string(),
    /** The operations that this one takes back, newest first. */
    undoes: z.array(number).optional(),
    /** The undo whose acts this one takes back. */
    redoes: z.array(number).optional(),
  }),
  /** An operation that was cut off goes on. */
  z.object({ event: z.literal('again'), operation: number, at: time }),
  /** What the operation works by, settled before its acts. */
  z.object({ event: z.literal('plan'), operation: number, plan: z.unknown() }),
  recordActSchema,
  /** An act was not done after all. */
  z.object({ event: z.literal('failed'), number, reason: z.string() }),
  z.object({
    event: z.literal('end'),
    operation: number,
    at: time,
    /** It was cut off, and something else was asked for next. */
    cut: z.boolean().optional(),
  }),
])
export type JournalRecord = z.infer<typeof recordSchema>
