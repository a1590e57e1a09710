import type { Pixels } from '../../src/images/pixels.js'
import type { Header } from './header.js'

// The pixels of what a browser has decoded, as RGB without alpha: transparency is laid on white.

/** Pixels that are read at a time: the whole of a large photo would be there four times over. */
const STRIP_PIXELS = 4 * 1024 * 1024

/** A bitmap's pixels, to the bit where it is opaque. */
export function pixelsOfBitmap(bitmap: ImageBitmap | VideoFrame): Pixels {
  const [width, height] =
    'displayWidth' in bitmap ? [bitmap.displayWidth, bitmap.displayHeight] : [bitmap.width, bitmap.height]
  const rows = Math.max(1, Math.min(height, Math.floor(STRIP_PIXELS / width)))
  const canvas = new OffscreenCanvas(width, rows)
  const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false })
  if (!context) throw new Error('there is no memory for its pixels')
  const data = new Uint8Array(width * height * 3)
  for (let top = 0; top < height; top += rows) {
    context.fillStyle = '#fff'
    context.fillRect(0, 0, width, rows)
    context.drawImage(bitmap, 0, -top)
    const part = Math.min(rows, height - top)
    copyColours(context.getImageData(0, 0, width, part).data, data, top * width * 3)
  }
  return { width, height, data }
}

/**
 * A JPEG at a half or a quarter of its sides, rounded down: libjpeg leaves the rest out while it decodes, as it does for libvips.
 * Undefined where the browser has no decoder that can. Not turned.
 */
export async function pixelsOfJpeg(
  bytes: Uint8Array<ArrayBuffer>,
  { width, height }: Header,
  divisor: number,
): Promise<Pixels | undefined> {
  if (!('ImageDecoder' in globalThis)) return undefined
  const decoder = new ImageDecoder({
    data: bytes,
    type: 'image/jpeg',
    colorSpaceConversion: 'none',
    desiredWidth: Math.ceil(width / divisor),
    desiredHeight: Math.ceil(height / divisor),
  })
  try {
    const { image } = await decoder.decode()
    try {
      return await cropped(image, Math.floor(width / divisor), Math.floor(height / divisor))
    } finally {
      image.close()
    }
  } finally {
    decoder.close()
  }
}

/** Undefined where the frame has another size than was asked for. */
async function cropped(frame: VideoFrame, width: number, height: number): Promise<Pixels | undefined> {
  const { codedWidth, codedHeight } = frame
  const isAsked =
    codedWidth >= width && codedHeight >= height && codedWidth <= width + 1 && codedHeight <= height + 1
  if (!isAsked) return undefined
  const rgbx = new Uint8Array(frame.allocationSize({ format: 'RGBX' }))
  await frame.copyTo(rgbx, { format: 'RGBX' })
  const data = new Uint8Array(width * height * 3)
  const stride = codedWidth * 4
  for (let y = 0; y < height; y++)
    copyColours(rgbx.subarray(y * stride, y * stride + width * 4), data, y * width * 3)
  return { width, height, data }
}

/** Leaves every fourth byte out. */
function copyColours(from: Uint8Array | Uint8ClampedArray, to: Uint8Array, start: number): void {
  for (let i = 0, p = start; i < from.length; i += 4, p += 3) {
    to[p] = from[i]
    to[p + 1] = from[i + 1]
    to[p + 2] = from[i + 2]
  }
}
