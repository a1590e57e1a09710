import { z } from 'zod'
import { type RecordedPhotos, recordedPhotoSchema, type SplitRecord } from '../dataset/index.js'

/** What `split.json` says of photos, beside how they were divided. */
export const divisionSchema = z.object({
  photos: z.array(recordedPhotoSchema),
  /** Photos of other things, where the run learnt from any. */
  background: z.array(recordedPhotoSchema).optional(),
})

/** How the photos of a run were divided, and which they were. */
export interface Division {
  readonly split: SplitRecord
  readonly recorded: RecordedPhotos
  /** Photos of other things. */
  readonly background?: RecordedPhotos['photos'] | undefined
}
