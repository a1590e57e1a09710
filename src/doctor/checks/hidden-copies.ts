import type { DeepCheck } from '../check.js'
import { hiddenCopiesAmong, pairFindings } from '../copies/index.js'

/** Copies that hashes miss, by features, confirmed by pixels. */
export const hiddenCopies: DeepCheck = {
  name: 'hidden-copies',
  title: 'Hidden copies',
  depth: 'deep',
  finds: 'Photos that are a part of another one: crops, captions, screenshots, which perceptual hashes miss.',
  why: 'They leak across the split and count a photo several times, as near copies do, and are harder to see.',
  advice:
    'Keep one of each, the larger. Where one is learnt from and the other measured on, `chiquito split DIR --out DATASET` ' +
    'divides anew and keeps them together; `doctor --apart` remembers a pair that is none.',
  threshold:
    'Of the five photos most similar to each by features, those in which one is found inside the other, at 0.5 to 1 of its sides: ' +
    'correlation of the pixels (48 x 48, grey) of at least 0.92, and field by field of at least 0.88 on average (0.68 where the ' +
    'pixels reach 0.98, or no photo is more like either), without which shirts of one cut on one cloth are alike. Of 20 each that were cropped to 90 or 80 %, captioned or bordered, 19 or 20 are found, and of ' +
    'framed screenshots at least 18.',
  async run(data, work) {
    return pairFindings('hidden-copies', data, await hiddenCopiesAmong(data, work))
  },
}
