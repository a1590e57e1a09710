import { RandomStream } from '../core/index.js'
import { type Augmentation, type AugmentationDraw, drawAugmentation, SIDE_ON } from './augment.js'

/**
 * The augmented views through which a photo is seen beside its plain one when it is judged (test-time augmentation).
 * They depend on the seed and on what the photo holds alone: not on its name, nor on how its path was written, so
 * training, `evaluate` and `predict` give one photo one answer.
 *
 * @param seed - of the run
 * @param sha256 - of the photo's file, hexadecimal
 */
export function testTimeViews(
  seed: number,
  sha256: string,
  count: number,
  augmentation: Augmentation = SIDE_ON,
): AugmentationDraw[] {
  const random = RandomStream.fromSeed(seed).fork('tta', sha256)
  return Array.from({ length: count }, (_, i) => drawAugmentation(random.fork(i), augmentation))
}
