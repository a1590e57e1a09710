import type { WebFormat } from './header.js'
import { behind, END, openFile } from './view-of-picture.js'

/**
 * A photo for people to look at, upright and in the colours that its file asks for: the same photo that is judged, also where a browser by
 * itself would show another (a WebP that lies on its side), or none (a JPEG without its end mark).
 *
 * @param longest - of its sides, at most
 * @throws `image`, and what the browser throws for what it cannot decode
 */
export async function shownPicture(file: Blob, name: string, longest: number): Promise<ImageBitmap> {
  const { bytes, format, header } = await openFile(file, name)
  const bitmap = await decoded(bytes, format)
  try {
    // All others are turned by the browser.
    return drawn(bitmap, format === 'webp' ? header.orientation : 1, longest)
  } finally {
    bitmap.close()
  }
}

async function decoded(bytes: Uint8Array<ArrayBuffer>, format: WebFormat): Promise<ImageBitmap> {
  const type = { type: `image/${format}` }
  try {
    return await createImageBitmap(new Blob([bytes], type))
  } catch (error) {
    if (format !== 'jpeg') throw error
    return createImageBitmap(new Blob([behind(bytes, END)], type))
  }
}

function drawn(bitmap: ImageBitmap, orientation: number, longest: number): ImageBitmap {
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height))
  const [width, height] = [bitmap.width, bitmap.height].map(side => Math.max(1, Math.round(side * scale)))
  const isOnItsSide = orientation >= 5
  const canvas = new OffscreenCanvas(isOnItsSide ? height : width, isOnItsSide ? width : height)
  const context = canvas.getContext('2d', { alpha: false })
  if (!context) throw new Error('there is no memory to show it')
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.imageSmoothingQuality = 'high'
  context.setTransform(...turning(orientation, width, height))
  context.drawImage(bitmap, 0, 0, width, height)
  return canvas.transferToImageBitmap()
}

type Matrix = readonly [number, number, number, number, number, number]

/** Where points of a stored picture of that size are when it is upright, for each orientation of EXIF. */
function turning(orientation: number, w: number, h: number): Matrix {
  const turns: readonly Matrix[] = [
    [1, 0, 0, 1, 0, 0],
    [-1, 0, 0, 1, w, 0],
    [-1, 0, 0, -1, w, h],
    [1, 0, 0, -1, 0, h],
    [0, 1, 1, 0, 0, 0],
    [0, 1, -1, 0, h, 0],
    [0, -1, -1, 0, h, w],
    [0, -1, 1, 0, 0, w],
  ]
  return turns[orientation - 1]
}
