import { z } from 'zod'

/** Longer names are no names of files or classes. */
const MAX_NAME = 255

/** Photos have 2 to 15 MB, and few cameras make any of 200. */
export const MAX_PHOTO_BYTES = 256 * 1024 * 1024

/** As much as is ever unpacked. */
export const MAX_ARCHIVE_BYTES = 8 * 1024 ** 3

/** `POST /api/upload?label=cat&name=IMG_1.jpg`, the file as its body. */
export const uploadSchema = z.object({
  label: z.string().min(1).max(MAX_NAME),
  name: z.string().max(MAX_NAME).default('photo'),
})

/** `POST /api/archive?name=photos.zip`, the archive as its body; without a label its folders are the classes. */
export const archiveSchema = z.object({
  label: z.string().min(1).max(MAX_NAME).optional(),
  name: z.string().max(MAX_NAME).default('archive'),
})

/** `POST /api/classes`: makes a class that has no photo yet. */
export const classSchema = z.object({ label: z.string().min(1).max(MAX_NAME) })

/** `POST /api/classes/remove`: takes away a class that has no photo. */
export const removeClassSchema = z.strictObject({ label: z.string().min(1).max(MAX_NAME) })

/** `POST /api/classes/rename`: gives such a class another name. */
export const renameClassSchema = removeClassSchema.extend({ to: z.string().min(1).max(MAX_NAME) })

/** What became of a photo. */
export type UploadAnswer =
  | { readonly outcome: 'added'; readonly path: string; readonly width: number; readonly height: number }
  /** The same file is there already. */
  | { readonly outcome: 'copy'; readonly of: string }
  | {
      readonly outcome: 'refused'
      /** In a word. */
      readonly problem: 'no-photo' | 'damaged' | 'large' | 'small'
      readonly reason: string
    }
