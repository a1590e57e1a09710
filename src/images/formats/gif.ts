import { firstFrame, leavesFree, surround } from './gif-frame.js'
import type { PhotoHead } from './photo-file.js'
import { openWithSharp } from './with-sharp.js'

/**
 * A GIF's first picture on its canvas. What an opaque picture leaves free has the palette's first colour, as in Pillow;
 * libvips leaves it black or transparent, by what the other pictures are like.
 */
export async function openGif(bytes: Uint8Array): Promise<PhotoHead> {
  const head = await openWithSharp(bytes)
  const frame = firstFrame(bytes)
  if (!frame || !leavesFree(frame, head)) return head
  return {
    ...head,
    shrinks: false,
    decode: async () => surround(await head.decode(1), frame),
  }
}
