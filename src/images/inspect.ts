import { open } from 'node:fs/promises'
import sharp from 'sharp'
import { sniff } from './formats/index.js'

/** What a photo's header says. */
export interface PhotoHeader {
  /** `jpeg`, `png`, …, with what is unusual about it: `jpeg cmyk`. */
  readonly format: string
  /** As the photo is seen, turned upright. */
  readonly width: number
  readonly height: number
}

/** Colour spaces that need no mention. */
const usual = new Set(['srgb', 'rgb', 'rgb16', undefined])
/** EXIF orientations from here on lie on their side. */
const sideways = 5
/** Enough to tell a format. */
const HEAD_BYTES = 512

/** Reads a photo's header without decoding it; undefined where there is none that can be read. */
export async function inspectPhoto(path: string): Promise<PhotoHeader | undefined> {
  try {
    const head = await headOf(path)
    const sniffed = sniff(head)
    // What decoding refuses (drawings above all) is not handed to the image library here either.
    if ('refused' in sniffed) return undefined
    const { format, width, height, space, hasAlpha, orientation = 1 } = await sharp(path).metadata()
    if (!format || !width || !height) return undefined
    const notes = [sniffed.format, usual.has(space) ? '' : space, hasAlpha ? 'with transparency' : '']
    const lying = orientation >= sideways
    return {
      format: notes.filter(Boolean).join(' '),
      width: lying ? height : width,
      height: lying ? width : height,
    }
  } catch {
    return undefined
  }
}

async function headOf(path: string): Promise<Uint8Array> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
