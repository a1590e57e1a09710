import { argumentError } from '../core/index.js'
import { MAX_VIEW_SIZE } from './limits.js'
import { blank, type Colour, type Pixels, paste } from './pixels.js'
import { type Box, resize } from './resize.js'

// The one way from a photo to what a network sees, in training and in prediction. Also runs in a browser.

/**
 * How a photo becomes a square:
 * `crop` scales the short side to the size and keeps the centre, `squash` scales both sides to it, `pad` scales the
 * long side to it and fills the rest with a neutral colour.
 */
export interface ViewRule {
  /** Side of the view in pixels. */
  readonly size: number
  readonly resize: 'crop' | 'squash' | 'pad'
}

/**
 * Raised whenever the same photo, rule and draw give other pixels than before: features computed from the old ones
 * are then not used again.
 */
export const viewVersion = 4

/** Fills what a padded photo leaves empty: ImageNet's mean colour, which normalisation turns into about zero. */
export const NEUTRAL: Colour = [124, 116, 104]

/** The view of a photo that a rule asks for: bytes [size, size, 3]. */
export function renderView(pixels: Pixels, rule: ViewRule): Uint8Array {
  checkRule(rule)
  const { size } = rule
  if (rule.resize === 'pad') return padded(pixels, size)
  const box = rule.resize === 'crop' ? centreSquare(pixels) : whole(pixels)
  return resize(pixels, box, size, size).data
}

/** Throws `usage` for a rule that cannot be followed. */
export function checkRule({ size, resize }: ViewRule): void {
  if (!Number.isInteger(size) || size < 1 || size > MAX_VIEW_SIZE)
    throw argumentError('size', `a whole number from 1 to ${MAX_VIEW_SIZE}`, size)
  if (resize !== 'crop' && resize !== 'squash' && resize !== 'pad')
    throw argumentError('resize', "'crop', 'squash' or 'pad'", resize)
}

function whole({ width, height }: Pixels): Box {
  return { left: 0, top: 0, width, height }
}

function centreSquare({ width, height }: Pixels): Box {
  const side = Math.min(width, height)
  // Whole pixels, so that a photo that needs no scaling is not blurred by half a pixel.
  return { left: (width - side) >> 1, top: (height - side) >> 1, width: side, height: side }
}

function padded(pixels: Pixels, size: number): Uint8Array {
  const long = Math.max(pixels.width, pixels.height)
  const width = Math.max(1, Math.round((pixels.width / long) * size))
  const height = Math.max(1, Math.round((pixels.height / long) * size))
  const canvas = blank(size, size, NEUTRAL)
  const photo = resize(pixels, whole(pixels), width, height)
  paste(canvas, photo, (size - width) >> 1, (size - height) >> 1)
  return canvas.data
}
