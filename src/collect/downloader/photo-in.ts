import { asJpeg, type ExaminedPhoto, examinePhoto, isRare, UnreadablePhoto } from '../../images/index.js'
import { MIN_SIDE } from './limits.js'

/** A photo's bytes as they are kept, and what they show. */
export interface Examined extends ExaminedPhoto {
  readonly bytes: Uint8Array
  /** The format in which it came, where it was saved anew so that every tool opens it. */
  readonly from?: string | undefined
}

/**
 * The photo that some bytes are: decoded, for only then it counts.
 *
 * @throws `UnreadablePhoto`
 */
export async function photoIn(bytes: Uint8Array, name: string): Promise<Examined> {
  const photo = await examinePhoto(bytes, name)
  const { width, height, format } = photo
  if (Math.min(width, height) < MIN_SIDE)
    throw new UnreadablePhoto(`${name}: ${width} x ${height} pixels, too few to show anything.`, 'small')
  if (!isRare(bytes, format)) return { ...photo, bytes }
  return { ...photo, bytes: await asJpeg(bytes, name), format: 'jpeg', from: format }
}
