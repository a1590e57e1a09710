import { photosByLikeness } from '../../actions/list-photos.js'
import { ChiquitoError } from '../../core/index.js'
import { asJpeg, readPhotoFile, sniff } from '../../images/index.js'
import { ProblemError, safeHeaders } from '../../serve/index.js'
import {
  type LikenessAnswer,
  type PhotosAnswer,
  type ThumbsAnswer,
  thumbSchema,
  thumbsSchema,
} from '../api/photos.js'
import { askedQuery, json, jsonText } from '../http/index.js'
import { photoId } from '../photo-id.js'
import { columnsOf, columnsText, type Shelf, shelfOf, sizesOf } from '../photos/index.js'
import type { Studio, StudioApp } from '../studio.js'

/** Formats that every browser shows; others are shown as JPEG. */
const shown: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'gif', 'avif', 'bmp'])

/** Addresses carry the photo's version, so that a browser need not ask again. */
const FOREVER = 'private, max-age=31536000, immutable'

/** The photos: what there is, small, and whole. */
export function photosRoutes(app: StudioApp, studio: Studio): void {
  const shelf = shelfOf(studio)
  app.get('/api/photos', async () => jsonText(await photosText(shelf)))
  app.get('/api/sizes', async () => json(sizesOf(await shelf.sized())))
  app.get('/api/likeness', async () => {
    const { folder, photos } = await shelf.list()
    const { signal } = studio
    const { paths, known } = await photosByLikeness(
      folder,
      photos.map(({ path }) => path),
      { signal },
    )
    return json({ ids: paths.map(photoId), known } satisfies LikenessAnswer)
  })
  app.get('/api/thumbs', async c => {
    const { size, ids } = askedQuery(c, thumbsSchema)
    const thumbs = await Promise.all(ids.map(id => thumbOrNull(shelf, id, Number(size))))
    return json({ thumbs } satisfies ThumbsAnswer)
  })
  app.get('/photos/:id/thumb', async c => {
    const { size, v } = askedQuery(c, thumbSchema)
    const file = await shelf.thumb(c.req.param('id'), Number(size))
    return picture(file, 'image/jpeg', v === undefined)
  })
  app.get('/photos/:id/full', async c => {
    const { photo, file } = await shelf.fileOf(c.req.param('id'))
    const bytes = await readPhotoFile(file, photo.path)
    const sniffed = sniff(bytes)
    return 'format' in sniffed && shown.has(sniffed.format)
      ? picture(bytes, `image/${sniffed.format}`, true)
      : picture(await asJpeg(bytes, photo.path), 'image/jpeg', true)
  })
}

async function thumbOrNull(shelf: Shelf, id: string, side: number): Promise<string | null> {
  try {
    return Buffer.from(await shelf.thumb(id, side)).toString('base64')
  } catch (error) {
    const isOfPhoto =
      error instanceof ChiquitoError || (error instanceof ProblemError && error.kind === 'not-found')
    if (isOfPhoto) return null
    throw error
  }
}

/** Nothing in a photo's file is run, whatever a browser takes it for. */
function picture(file: Uint8Array, type: string, isOnceOnly: boolean): Response {
  return new Response(Buffer.from(file), {
    headers: {
      ...safeHeaders,
      'content-type': type,
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': isOnceOnly ? 'no-store' : FOREVER,
    },
  })
}

async function photosText(shelf: Shelf): Promise<string> {
  try {
    return columnsText(await shelf.glance())
  } catch (error) {
    if (!(error instanceof ChiquitoError) || (error.code !== 'data' && error.code !== 'io')) throw error
    const isEmpty = error.message.startsWith('There is no photo') || error.code === 'io'
    const none = columnsOf({ labels: [], ids: [], photos: [], rejected: [] })
    return JSON.stringify({ ...none, problem: isEmpty ? null : error.message } satisfies PhotosAnswer)
  }
}
