import { argumentError, type RandomStream } from '../core/index.js'
import { MAX_ZOOM } from './limits.js'

/** How much a training photo may vary. Defaults are fastai 0.7's `transforms_side_on` with `max_zoom` 1.3. */
export interface Augmentation {
  /** Mirror left and right with probability 1/2. */
  readonly flip: boolean
  /** Largest turn in degrees, 0 to 180; drawn with probability 3/4, else none. */
  readonly rotate: number
  /** Largest change of brightness (in units of the full range) and of contrast, 0 to 1. */
  readonly light: number
  /** Largest enlargement before the random crop, from 1; drawn with probability 3/4, else none. */
  readonly maxZoom: number
}

/** What `transforms_side_on` of fastai 0.7 does with `max_zoom=1.3`, as the article uses it. */
export const SIDE_ON: Augmentation = { flip: true, rotate: 10, light: 0.05, maxZoom: 1.3 }

/** Probability that a photo is turned, and that it is zoomed (fastai 0.7). */
const OFTEN = 0.75

/** One drawn variation: plain numbers, so that it can be stored, hashed and sent to a worker. */
export interface AugmentationDraw {
  readonly flip: boolean
  /** Degrees, clockwise as seen. */
  readonly angle: number
  /** From 1: the photo is scaled to this many times the view's size before cropping. */
  readonly zoom: number
  /** Where the crop lies in the room that is left, 0 (left, top) to 1 (right, bottom). */
  readonly x: number
  readonly y: number
  /** Added to every byte, in units of the full range: -light to light. */
  readonly brightness: number
  /** Factor on the distance from the photo's mean: 1 / (1 + light) to 1 + light. */
  readonly contrast: number
}

/** The draw that changes nothing but keeps the centre, for comparison and tests. */
export const PLAIN: AugmentationDraw = {
  flip: false,
  angle: 0,
  zoom: 1,
  x: 0.5,
  y: 0.5,
  brightness: 0,
  contrast: 1,
}

/** Throws `usage` for an augmentation that cannot be done. */
export function checkAugmentation({ flip, rotate, light, maxZoom }: Augmentation): void {
  if (typeof flip !== 'boolean') throw argumentError('flip', 'true or false', flip)
  if (!(rotate >= 0 && rotate <= 180)) throw argumentError('rotate', 'from 0 to 180 degrees', rotate)
  if (!(light >= 0 && light <= 1)) throw argumentError('light', 'from 0 to 1', light)
  if (!(maxZoom >= 1 && maxZoom <= MAX_ZOOM)) throw argumentError('maxZoom', `from 1 to ${MAX_ZOOM}`, maxZoom)
}

/**
 * Draws a variation. Every draw takes the same count of random numbers whatever the augmentation allows, so
 * switching one part off leaves the others as they were.
 */
export function drawAugmentation(random: RandomStream, augmentation: Augmentation): AugmentationDraw {
  checkAugmentation(augmentation)
  const { flip, rotate, light, maxZoom } = augmentation
  const mirrored = random.uniform() < 0.5
  const turned = random.uniform() < OFTEN
  const angle = random.uniform(-rotate, rotate)
  const zoomed = random.uniform() < OFTEN
  const zoom = random.uniform(1, maxZoom)
  const x = random.uniform()
  const y = random.uniform()
  const brightness = random.uniform(-light, light)
  const contrast = random.uniform(-light, light)
  return {
    flip: flip && mirrored,
    angle: turned && rotate > 0 ? angle : 0,
    zoom: zoomed ? zoom : 1,
    x,
    y,
    brightness: light > 0 ? brightness : 0,
    // Symmetric in ratio: as much flatter as it may become stronger.
    contrast: contrast < 0 ? 1 / (1 - contrast) : 1 + contrast,
  }
}
