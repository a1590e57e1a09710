import { messageOf } from '../../core/index.js'
import type { Pixels } from '../pixels.js'
import { plainJpegHeader } from './jpeg-header.js'
import type { PhotoHead } from './photo-file.js'
import { openWithSharp } from './with-sharp.js'

const END = Buffer.from([0xff, 0xd9])

/** Bits that mean something else to the decoder than the zeros that it reads beyond the end. */
const OTHER_BITS = Buffer.alloc(256, 0xaa)

/**
 * A JPEG. One that lacks nothing but its end mark is read as Pillow reads it; one that ends inside its picture is an
 * error. libvips calls both cut short, so what it refuses is tried again with the mark.
 */
export async function openJpeg(bytes: Uint8Array): Promise<PhotoHead> {
  const head = await openWithSharp(bytes, {}, plainJpegHeader(bytes))
  return {
    ...head,
    async decode(factor) {
      try {
        return await head.decode(factor)
      } catch (error) {
        if (!/premature end/i.test(messageOf(error))) throw error
        const pixels = await decodeWith(bytes, [END], 'warning', factor).catch(() => Promise.reject(error))
        // In its last rows libvips does not notice: a picture that is all there does not depend on what follows it.
        const other = await decodeWith(bytes, [OTHER_BITS, END], 'truncated', factor)
        if (Buffer.compare(pixels.data, other.data) !== 0) throw error
        return pixels
      }
    },
  }
}

async function decodeWith(
  bytes: Uint8Array,
  more: readonly Uint8Array[],
  failOn: 'truncated' | 'warning',
  factor: number,
): Promise<Pixels> {
  return (await openWithSharp(Buffer.concat([bytes, ...more]), { failOn })).decode(factor)
}
