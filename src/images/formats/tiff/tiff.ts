import { upright } from '../orientation.js'
import { FEWER_BITS, fewerBits, type PhotoHead } from '../photo-file.js'
import { Refusal } from '../refusal.js'
import { openWithSharp } from '../with-sharp.js'
import { tiffKind, whiteLevel } from './kind.js'
import { tiffSamples } from './samples.js'
import { readTiffTags, TAG, tagOf } from './tags.js'

/** Such kinds come from scanners and instruments, which tell no stories. */
const NOTHING_BESIDE = {
  exif: undefined,
  xmp: undefined,
  hasProfile: false,
  frames: 1,
  subsampling: undefined,
  notes: [],
} as const

/** A TIFF's first page, by libvips where it is known to read its kind rightly. Throws a `Refusal` for other kinds. */
export async function openTiff(bytes: Uint8Array): Promise<PhotoHead> {
  const tiff = readTiffTags(bytes)
  const { by, layout } = tiffKind(tiff)
  // libtiff's errors leave blank strips behind, so they must not pass.
  if (by === 'libvips') return openWithSharp(bytes, { failOn: 'error' })
  const { width, height, samples, bits } = layout
  const said = tagOf(tiff, TAG.orientation, 1)
  const orientation = said >= 1 && said <= 8 ? said : 1
  return {
    width,
    height,
    shrinks: false,
    beside: { ...NOTHING_BESIDE, orientation },
    // A copy of the file, the samples as read (twice, between libraries), and the colours.
    memory: () => bytes.length + width * height * (3 + (samples * bits) / 4),
    async decode() {
      const pixels = await tiffSamples(bytes, tiff, layout)
      if (bits === 16 && whiteLevel(tiff, layout) === 65535 && fewerBits(pixels))
        throw new Refusal(FEWER_BITS)
      return upright(pixels, orientation)
    },
  }
}
