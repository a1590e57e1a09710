import { type OpenPhoto, openPhoto } from './decode.js'
import { headOf, readPhotoFile } from './photo-file.js'

/** What a photo's header says. */
export interface PhotoHeader {
  /** `jpeg`, `png`, …, with what is unusual about it: `jpeg cmyk`. */
  readonly format: string
  /** As the photo is seen, turned upright. */
  readonly width: number
  readonly height: number
}

/** EXIF orientations from here on lie on their side. */
const SIDEWAYS = 5

/** Nearly all headers end within this; of a large photo a small part is read. */
const HEAD_BYTES = 128 * 1024

/** A photo that was opened by what its file begins with. */
export interface OpenedHead {
  readonly photo: OpenPhoto
  /** The file's first bytes; all of them where these did not do. */
  readonly bytes: Uint8Array
}

/**
 * Opens a photo file to read its header, mostly with one read of its first bytes; undefined where it is no photo that can be used, or
 * cannot be read. Only of small files the pixels may be there, too.
 *
 * @param isEnough - whether what the first bytes tell will do; otherwise the whole file is read
 */
export async function openHead(
  path: string,
  isEnough: (head: OpenedHead) => boolean = () => true,
): Promise<OpenedHead | undefined> {
  try {
    const bytes = await headOf(path, HEAD_BYTES)
    const head = await opened(bytes)
    if ((head !== undefined && isEnough(head)) || bytes.length < HEAD_BYTES) return head
    return await opened(await readPhotoFile(path, path))
  } catch {
    return undefined
  }
}

async function opened(bytes: Uint8Array): Promise<OpenedHead | undefined> {
  const photo = await openPhoto(bytes, 'photo').catch(() => undefined)
  return photo && { photo, bytes }
}

/** Reads a photo's header without decoding it; undefined where there is none that can be read. */
export async function inspectPhoto(path: string): Promise<PhotoHeader | undefined> {
  const head = await openHead(path)
  return head && headerOf(head.photo)
}

/** What the header of an open photo says. */
export function headerOf({ format, width, height, beside }: OpenPhoto): PhotoHeader {
  const { orientation = 1, notes = [] } = beside ?? {}
  const isLying = orientation >= SIDEWAYS
  return {
    format: [format, ...notes].join(' '),
    width: isLying ? height : width,
    height: isLying ? width : height,
  }
}
