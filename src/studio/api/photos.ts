import { z } from 'zod'

/** First digits of the SHA-256 of a photo's path: no path travels in addresses. */
export const photoIdSchema = z.string().regex(/^[0-9a-f]{16}$/, 'it is no id of a photo')

/** `GET /photos/ID/thumb?size=160` */
export const thumbSchema = z.object({ size: z.enum(['160', '320']).default('160'), v: z.string().optional() })

/** Thumbnails in one answer: a request costs as much time as a thumbnail, and a person who scrolls sees a hundred a second. */
export const MOST_THUMBS = 16

/** `GET /api/thumbs?size=160&ids=ID,ID,…` */
export const thumbsSchema = z.object({
  size: thumbSchema.shape.size,
  ids: z
    .string()
    .transform(text => text.split(','))
    .pipe(z.array(photoIdSchema).max(MOST_THUMBS)),
})

/** JPEG files in base64, in the order of the ids; null for a photo that is gone or cannot be decoded. */
export interface ThumbsAnswer {
  readonly thumbs: readonly (string | null)[]
}

/** What part a photo is of, as columns have it. */
export const parts = ['train', 'valid', 'test'] as const

/** A photo that was set aside. */
export interface RejectedAnswer {
  readonly id: string
  /** What it was called. */
  readonly path: string
  /** `rejected`, or the check that found it. */
  readonly why: string
}

/** `GET /api/photos`: all photos, as columns of the same length, sorted by path. */
export interface PhotosAnswer {
  readonly labels: readonly string[]
  readonly id: readonly string[]
  readonly path: readonly string[]
  /** Index into the labels. */
  readonly label: readonly number[]
  /** Index into {@link parts}; -1 where nothing divides the photos. */
  readonly part: readonly number[]
  /** Another text where the file was written anew; for the addresses of thumbnails. */
  readonly version: readonly string[]
  /** 1 where a person said that the photo is as it should be. */
  readonly kept: readonly number[]
  readonly rejected: readonly RejectedAnswer[]
  /** Why the folder cannot be listed; null where it can. */
  readonly problem: string | null
}

/** `GET /api/sizes`: how large photos are, as columns of the same length. Apart, as the grid needs none and each file is opened for it. */
export interface SizesAnswer {
  readonly id: readonly string[]
  /** Pixels, upright; 0 where the header does not tell it at once. */
  readonly width: readonly number[]
  readonly height: readonly number[]
}

/** `GET /api/likeness`: ids in an order in which photos that look alike stand together. */
export interface LikenessAnswer {
  readonly ids: readonly string[]
  /** How many were looked at before; the others come last. */
  readonly known: number
}
