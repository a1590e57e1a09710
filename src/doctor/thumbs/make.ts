import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder, replaceFile, temporaryPath } from '../../files/index.js'
import { encodeWebp, openPhoto, readPhotoFile, resizeTo, sha256Of } from '../../images/index.js'

/** What a thumbnail is made of: another number where the same photo gives another one. */
const VERSION = 1
const QUALITY = 72

/** A photo, and how large its small copy is to be. */
export interface ThumbRequest {
  /** Absolute. */
  readonly path: string
  /** Long side at most, in pixels. */
  readonly side: number
  /** Where thumbnails are kept. */
  readonly folder: string
}

export interface Thumb {
  /** A WebP file, upright. */
  readonly file: Uint8Array
  /** Of the photo. */
  readonly sha256: string
}

/** The small copy of a photo that was made before; undefined where there is none. */
export async function keptThumb(
  folder: string,
  sha256: string,
  side: number,
): Promise<Uint8Array | undefined> {
  const file = await readFile(placeOf(folder, sha256, side)).catch(() => undefined)
  return file !== undefined && isWhole(file) ? file : undefined
}

/** A power cut may leave a file without its end: what it begins with says how long it is (RFC 9649). */
function isWhole(file: Buffer): boolean {
  return (
    file.length > 12 && file.toString('latin1', 0, 4) === 'RIFF' && file.readUInt32LE(4) + 8 === file.length
  )
}

/**
 * Makes a small copy of a photo, or takes the one that was made of the same content before.
 *
 * @throws `image` for what cannot be read or decoded
 */
export async function makeThumb({ path, side, folder }: ThumbRequest): Promise<Thumb> {
  const bytes = await readPhotoFile(path, path)
  const sha256 = sha256Of(bytes)
  const kept = await keptThumb(folder, sha256, side)
  if (kept !== undefined) return { file: kept, sha256 }
  const photo = await openPhoto(bytes, path)
  const short = Math.ceil((side * Math.min(photo.width, photo.height)) / Math.max(photo.width, photo.height))
  const pixels = await photo.pixelsAt(Math.max(1, short))
  const scale = Math.min(1, side / Math.max(pixels.width, pixels.height))
  const at = (length: number) => Math.max(1, Math.round(length * scale))
  const file = await encodeWebp(resizeTo(pixels, at(pixels.width), at(pixels.height)), { quality: QUALITY })
  // Only a cache: where nothing can be kept, it is made again.
  await keep(placeOf(folder, sha256, side), file).catch(() => undefined)
  return { file, sha256 }
}

/** The folders in which thumbnails are kept, those that there may be. */
export function shardsOf(folder: string): string[] {
  return Array.from({ length: 256 }, (_, i) => join(folder, `v${VERSION}`, i.toString(16).padStart(2, '0')))
}

/** Content decides, so that copies share one and a changed photo gets its own. */
function placeOf(folder: string, sha256: string, side: number): string {
  return join(folder, `v${VERSION}`, sha256.slice(0, 2), `${sha256}-${side}.webp`)
}

async function keep(path: string, file: Uint8Array): Promise<void> {
  await makeFolder(dirname(path))
  const temporary = temporaryPath(path)
  await writeFile(temporary, file)
  await replaceFile(temporary, path)
}
