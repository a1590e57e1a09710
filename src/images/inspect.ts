import sharp from 'sharp'
import { FORMATS, orientationBeside, type PhotoFormat, sniff } from './formats/index.js'
import { headOf, readPhotoFile } from './photo-file.js'

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
    const head = await headOf(path, HEAD_BYTES)
    const sniffed = sniff(head)
    // What decoding refuses (drawings above all) is not handed to the image library here either.
    if ('refused' in sniffed) return undefined
    return (await headerBySharp(path, sniffed.format)) ?? (await ownHeader(path, sniffed.format))
  } catch {
    return undefined
  }
}

/** Undefined for what the image library does not read. */
async function headerBySharp(path: string, format: PhotoFormat): Promise<PhotoHeader | undefined> {
  const header = await sharp(path)
    .metadata()
    .catch(() => undefined)
  if (!header?.width || !header.height) return undefined
  const { width, height, space, hasAlpha, orientation = orientationBeside(header) } = header
  const notes = [format, usual.has(space) ? '' : space, hasAlpha ? 'with transparency' : '']
  const lying = orientation >= sideways
  return {
    format: notes.filter(Boolean).join(' '),
    width: lying ? height : width,
    height: lying ? width : height,
  }
}

/** By the decoders of our own: BMP, HEIC, JPEG 2000 and others, whose headers know no orientation or have followed it. */
async function ownHeader(path: string, format: PhotoFormat): Promise<PhotoHeader> {
  const { width, height } = await FORMATS[format].open(await readPhotoFile(path, path))
  return { format, width, height }
}
