import type { Explanation } from '../library/types.js'
import { contextOf } from './elements.js'

/** Draws over the picture, in its own size, what spoke for a verdict (blue) and what against it (orange), as in reports; clear where nothing did. */
export function drawHeat(
  canvas: HTMLCanvasElement,
  { width, height, values }: Explanation,
  picture: { readonly width: number; readonly height: number },
  resize: 'crop' | 'squash' | 'pad',
): void {
  const small = document.createElement('canvas')
  small.width = width
  small.height = height
  const pixels = new ImageData(width, height)
  const [pro, contra] = ['--spoke-for', '--spoke-against'].map(styled)
  const most = values.reduce((a, value) => Math.max(a, Math.abs(value)), 1e-9)
  for (const [i, value] of values.entries()) {
    const share = Math.abs(value) / most
    // Little is hardly seen, and the rest soon is.
    pixels.data.set([...(value > 0 ? pro : contra), Math.round(235 * share ** 0.8)], i * 4)
  }
  contextOf(small).putImageData(pixels, 0, 0)
  canvas.width = picture.width
  canvas.height = picture.height
  const context = contextOf(canvas)
  context.imageSmoothingQuality = 'high'
  const { left, top, w, h } = seenPart(picture, resize)
  context.drawImage(small, left, top, w, h)
}

/** Red, green and blue of a colour that the style sheet names: the legend has it from there, too. */
function styled(name: string): number[] {
  const colour = getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  return [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16))
}

/** The part of a picture that the network saw as its square: with `pad` more than the picture. */
function seenPart({ width, height }: { readonly width: number; readonly height: number }, resize: string) {
  if (resize === 'squash') return { left: 0, top: 0, w: width, h: height }
  const side = resize === 'crop' ? Math.min(width, height) : Math.max(width, height)
  return { left: (width - side) / 2, top: (height - side) / 2, w: side, h: side }
}
