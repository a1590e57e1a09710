import sharp from 'sharp'

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

/** Reads a photo's header without decoding it; undefined where there is none that can be read. */
export async function inspectPhoto(path: string): Promise<PhotoHeader | undefined> {
  try {
    const { format, width, height, space, hasAlpha, orientation = 1 } = await sharp(path).metadata()
    if (!format || !width || !height) return undefined
    const notes = [format, usual.has(space) ? '' : space, hasAlpha ? 'with transparency' : '']
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
