import { photosByLikeness } from '../../actions/list-photos.js'
import { ChiquitoError } from '../../core/index.js'
import { asJpeg, readPhotoFile, sniff } from '../../images/index.js'
import { safeHeaders } from '../../serve/index.js'
import { type LikenessAnswer, type PhotosAnswer, parts, thumbSchema } from '../api/photos.js'
import { askedQuery, json } from '../http/index.js'
import { photoId } from '../photo-id.js'
import { type Listing, shelfOf } from '../photos/index.js'
import type { Studio, StudioApp } from '../studio.js'

/** Formats that every browser shows; others are shown as JPEG. */
const shown: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'gif', 'avif', 'bmp'])

/** Addresses carry the photo's version, so that a browser need not ask again. */
const FOREVER = 'private, max-age=31536000, immutable'

/** The photos: what there is, small, and whole. */
export function photosRoutes(app: StudioApp, studio: Studio): void {
  const shelf = shelfOf(studio)
  app.get('/api/photos', async () => json(await photosAnswer(() => shelf.list())))
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
  app.get('/photos/:id/thumb', async c => {
    const { size, v } = askedQuery(c, thumbSchema)
    const file = await shelf.thumb(c.req.param('id'), Number(size))
    return picture(file, 'image/webp', v === undefined)
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

async function photosAnswer(list: () => Promise<Listing>): Promise<PhotosAnswer> {
  try {
    return columnsOf(await list())
  } catch (error) {
    if (!(error instanceof ChiquitoError) || (error.code !== 'data' && error.code !== 'io')) throw error
    const isEmpty = error.message.startsWith('There is no photo') || error.code === 'io'
    return { ...columnsOf({ labels: [], photos: [], rejected: [] }), problem: isEmpty ? null : error.message }
  }
}

function columnsOf({
  labels,
  photos,
  rejected,
}: Pick<Listing, 'labels' | 'photos' | 'rejected'>): PhotosAnswer {
  return {
    labels,
    id: photos.map(({ path }) => photoId(path)),
    path: photos.map(({ path }) => path),
    label: photos.map(({ label }) => label),
    part: photos.map(({ part }) => (part === null ? -1 : parts.indexOf(part))),
    width: photos.map(({ size }) => size?.width ?? 0),
    height: photos.map(({ size }) => size?.height ?? 0),
    version: photos.map(({ version }) => photoId(version).slice(0, 8)),
    kept: photos.map(({ isKept }) => Number(isKept)),
    rejected: rejected.map(({ place, path, why }) => ({ id: photoId(place), path, why })),
    problem: null,
  }
}
