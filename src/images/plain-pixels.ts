import sharp from 'sharp'
import { ChiquitoError, messageOf } from '../core/index.js'
import type { Pixels } from './pixels.js'

/**
 * A picture's pixels as any decoder gives them: RGB, one after the other, nothing scaled, turned or cut. For golden photos, which
 * are the very pixels that a network reads.
 *
 * @throws `image`
 */
export async function plainPixels(bytes: Uint8Array, name: string, mostPixels: number): Promise<Pixels> {
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: mostPixels })
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, data }
  } catch (error) {
    throw new ChiquitoError('image', `${name}: ${messageOf(error)}`, { cause: error })
  }
}
