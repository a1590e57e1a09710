import { readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder, temporaryPath } from '../../files/index.js'
import { encodeJpeg, openPhoto, readPhotoFile, resizeTo, sha256Of } from '../../images/index.js'

/** What a thumbnail is made of: another number where the same photo gives another one. */
const VERSION = 2
const QUALITY = 80

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
  /** A JPEG file, upright: written and shown in a quarter of the time that WebP takes. */
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

/** A power cut may leave a file without its end: a JPEG begins and ends with a marker. */
function isWhole(file: Buffer): boolean {
  return file.length > 4 && file.readUInt16BE(0) === 0xffd8 && file.readUInt16BE(file.length - 2) === 0xffd9
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
  const small = resizeTo(pixels, at(pixels.width), at(pixels.height))
  const file = await encodeJpeg(small, { quality: QUALITY, subsampling: '4:2:0' })
  // Only a cache: nobody waits for the disk, and where nothing can be kept, it is made again.
  void keep(placeOf(folder, sha256, side), file).catch(() => undefined)
  return { file, sha256 }
}

/** The folders in which thumbnails are kept, those that there may be. */
export function shardsOf(folder: string): string[] {
  return Array.from({ length: 256 }, (_, i) => join(folder, `v${VERSION}`, i.toString(16).padStart(2, '0')))
}

/** Where earlier versions of this program kept theirs. */
export function olderFolders(folder: string): string[] {
  return Array.from({ length: VERSION - 1 }, (_, i) => join(folder, `v${i + 1}`))
}

/** Content decides, so that copies share one and a changed photo gets its own. */
function placeOf(folder: string, sha256: string, side: number): string {
  return join(folder, `v${VERSION}`, sha256.slice(0, 2), `${sha256}-${side}.jpg`)
}

/** Whole or not at all, but not waited for until it is on the disk itself: that takes longer than to make it. */
async function keep(path: string, file: Uint8Array): Promise<void> {
  await makeFolder(dirname(path))
  const temporary = temporaryPath(path)
  await writeFile(temporary, file)
  await rename(temporary, path)
}
