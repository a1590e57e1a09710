import { z } from 'zod'

/** As many as the largest searches give. */
const MOST_PHOTOS = 10_000
const MOST_ADDRESSES = 20_000
const MAX_TEXT = 300

const label = z.string().min(1).max(MAX_TEXT)

export const collectOptions = z.strictObject({
  /** What to look for. */
  words: z.string().min(1).max(MAX_TEXT),
  label,
  limit: z.int().min(1).max(MOST_PHOTOS),
  /** Names alone: what a page says leads to no server of its own choice. */
  sources: z
    .array(z.string().regex(/^[a-z]{1,30}$/))
    .min(1)
    .max(20)
    .optional(),
  /** Only photos that may be used commercially, that may be changed, whose creator need not be named. */
  commercial: z.boolean().optional(),
  changes: z.boolean().optional(),
  noNaming: z.boolean().optional(),
  safe: z.boolean().optional(),
})
export type CollectJobOptions = z.infer<typeof collectOptions>

export const addressesOptions = z.strictObject({
  label,
  addresses: z.array(z.string().max(8192)).min(1).max(MOST_ADDRESSES),
})
export type AddressesJobOptions = z.infer<typeof addressesOptions>

export const lfwOptions = z.strictObject({
  label,
  people: z.int().min(1).max(MOST_PHOTOS),
  /** Who is not to be among them. */
  exclude: z.array(z.string().max(MAX_TEXT)).max(100).optional(),
})
export type LfwJobOptions = z.infer<typeof lfwOptions>

export const archiveOptions = z.strictObject({
  /** The file's name in the workspace's folder of archives. */
  archive: z.string().regex(/^[0-9a-f]{16}$/),
  /** What it was called. */
  name: z.string().max(MAX_TEXT),
  /** The class of all that is in it; its folders say it otherwise. */
  label: label.optional(),
})
export type ArchiveJobOptions = z.infer<typeof archiveOptions>
