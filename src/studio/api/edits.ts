import { z } from 'zod'
import { photoIdSchema } from './photos.js'

/** More photos than that are not edited in one go. */
const MOST_PHOTOS = 20_000

/** `POST /api/edits` */
export const editSchema = z.strictObject({
  kind: z.enum(['relabel', 'reject', 'restore', 'keep', 'apart']),
  photos: z.array(photoIdSchema).min(1).max(MOST_PHOTOS),
  /** The class that photos get. */
  to: z.string().max(1000).optional(),
})
export type EditRequest = z.infer<typeof editSchema>

/** What an edit did. */
export interface EditAnswer {
  /** Number by which `undo` knows it; null where nothing was to be done. */
  readonly operation: number | null
  /** Photos that have another id now, as they have another place. */
  readonly moved: readonly { readonly from: string; readonly to: string }[]
  readonly left: readonly { readonly id: string; readonly path: string; readonly reason: string }[]
  readonly notices: readonly string[]
}

/** `POST /api/undo` and `POST /api/redo` */
export interface StepAnswer {
  /** What was taken back, or done again; null where there was nothing. */
  readonly name: string | null
  readonly changes: number
  readonly left: readonly { readonly path: string; readonly reason: string }[]
}

/** `GET /api/history`, newest first. */
export interface HistoryAnswer {
  readonly operations: readonly {
    readonly id: number
    readonly name: string
    /** ISO 8601. */
    readonly at: string
    readonly changes: number
    readonly undone: number
  }[]
}
