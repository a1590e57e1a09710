import type { QuickCheck } from '../check.js'
import { copiesAmong, pairFindings } from '../copies/index.js'

/** Copies that are not byte for byte equal, by perceptual hash, confirmed by pixels. */
export const nearCopies: QuickCheck = {
  name: 'near-copies',
  title: 'Near copies',
  depth: 'quick',
  finds:
    'Photos that show one picture in two files: saved anew, made smaller, lighter or grey, marked, mirrored, turned, in a frame, and ' +
    'many with a caption.',
  why:
    'A copy on both sides of the split is remembered, not recognised, and the accuracy says more than is true. Inside one class ' +
    'copies count a photo several times; in two classes one of the labels is wrong.',
  advice:
    'Keep one of each; `--fix` sets aside those that differ in nothing but how they were saved. `chiquito split DIR --out DATASET` ' +
    'keeps copies together, and `doctor --apart` remembers a pair that is none.',
  threshold:
    'A perceptual hash of 64 bits, of the photo and of what is inside its frame, in eight positions. Up to 4 bits apart, the pixels ' +
    '(48 x 48, grey) must correlate by 0.8; up to 9 bits, by 0.92; and field by field by 0.6 and 0.68 on average. Of 20 each that were ' +
    'mirrored, turned, saved at quality 20, made smaller, grey, brighter or watermarked, all are found, with no false pair among 365 ' +
    'clean photos; flat photos, whose hash means nothing, are left out.',
  async run(data, work) {
    const pairs = await copiesAmong(data, work)
    return pairFindings(
      'near-copies',
      data,
      pairs.filter(({ kind }) => kind !== 'exact'),
    )
  },
}
