import { ChiquitoError } from '../core/index.js'
import { MAX_DIMENSION, MAX_FILE_BYTES, MAX_PIXELS, MIN_DIMENSION } from './limits.js'

// What is refused before it is decoded, and how far the rest may be shrunk meanwhile. Also runs in a browser.

/** What is wrong with a photo, coarsely. */
export type PhotoProblem = 'no-photo' | 'damaged' | 'large' | 'small'

/** A photo that cannot be used. */
export class UnreadablePhoto extends ChiquitoError {
  constructor(
    message: string,
    readonly problem: PhotoProblem,
    options?: { cause?: unknown },
  ) {
    super('image', message, options)
  }
}

/** The error for a photo that cannot be used. */
export function unreadable(
  name: string,
  reason: string,
  cause?: unknown,
  problem: PhotoProblem = 'damaged',
): UnreadablePhoto {
  return new UnreadablePhoto(`${name}: ${reason}.`, problem, { cause })
}

/** Throws for a file too large to be a photo. */
export function checkFileSize(size: number, name: string): void {
  if (size > MAX_FILE_BYTES)
    throw unreadable(
      name,
      `the file has ${size} bytes, more than the limit of ${MAX_FILE_BYTES}`,
      undefined,
      'large',
    )
}

/** Checked on the header, before anything is decompressed. */
export function checkSize(width: number, height: number, name: string, mostPixels = MAX_PIXELS): void {
  const refuse = (problem: PhotoProblem, why: string) => {
    throw unreadable(name, `${width} x ${height} pixels, ${why}`, undefined, problem)
  }
  if (width > MAX_DIMENSION || height > MAX_DIMENSION)
    refuse('large', `longer than the limit of ${MAX_DIMENSION} a side`)
  if (width * height > mostPixels) refuse('large', `more than the limit of ${mostPixels}`)
  if (width < MIN_DIMENSION || height < MIN_DIMENSION) refuse('small', 'too few to show anything')
}

/** The largest of 1, 2, 4 and 8 (what JPEG can leave out while decoding) that keeps the short side wanted. */
export function halvings(
  { width, height }: { readonly width: number; readonly height: number },
  wanted: number,
): number {
  return [8, 4, 2].find(factor => Math.floor(Math.min(width, height) / factor) >= wanted) ?? 1
}
