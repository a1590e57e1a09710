import { CONVERT, Refusal } from '../refusal.js'
import { TAG, type TiffTags, tagOf } from './tags.js'

/** Colour models by the number in the PhotometricInterpretation tag. */
export const PHOTOMETRIC = {
  whiteIsZero: 0,
  blackIsZero: 1,
  rgb: 2,
  palette: 3,
  mask: 4,
  separated: 5,
  ycc: 6,
  cieLab: 8,
  iccLab: 9,
} as const

const COMPRESSION = {
  none: 1,
  fax: [2, 3, 4],
  lzw: 5,
  oldJpeg: 6,
  jpeg: 7,
  deflate: [8, 32946],
  packBits: 32773,
  webp: 50001,
}

/** More samples a pixel are measurements, not a photo, and would take much memory. */
const MAX_SAMPLES = 8

/** Compressions that libvips' libtiff undoes, and which leave plain samples behind. */
const PLAIN: readonly number[] = [
  COMPRESSION.none,
  COMPRESSION.lzw,
  COMPRESSION.packBits,
  ...COMPRESSION.deflate,
]

/** What refused compressions and colour models are called. */
const COMPRESSION_NAMES: Readonly<Record<number, string>> = {
  6: 'old-style JPEG, which readers disagree about',
  34676: 'SGI LogLuv',
  34677: 'SGI LogLuv',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  50000: 'Zstandard',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
}
const PHOTOMETRIC_NAMES: Readonly<Record<number, string>> = {
  4: 'a transparency mask',
  10: 'ITU L*a*b*',
  32803: 'a sensor mosaic, which is a camera raw file',
  32844: 'LogL',
  32845: 'LogLuv',
  34892: 'linear raw, which is a camera raw file',
}
const FORMAT_NAMES: Readonly<Record<number, string>> = {
  2: 'signed',
  3: 'floating-point',
  5: 'complex',
  6: 'complex floating-point',
}

/** A page's layout, checked: everything a reader of its samples needs. */
export interface TiffLayout {
  readonly width: number
  readonly height: number
  readonly bits: number
  readonly samples: number
  readonly photometric: number
  readonly compression: number
  readonly separate: boolean
  /** Index of the alpha sample and whether colours are multiplied with it already. */
  readonly alpha: { readonly at: number; readonly premultiplied: boolean } | undefined
  /** Luma samples a chroma sample spans, across and down; 1 and 1 but for YCbCr. */
  readonly subsampling: readonly [across: number, down: number]
}

/** How a page is read: by libvips as it is, or its samples by us. */
export interface TiffKind {
  readonly by: 'libvips' | 'samples'
  readonly layout: TiffLayout
}

/**
 * Decides by the tags who reads a TIFF's first page. libvips is trusted with what it is known to read rightly
 * (docs/formats.md has the table and its test); the other colour models of plain samples are ours; the rest is
 * refused with what it is. Throws a {@link Refusal}.
 */
export function tiffKind(tiff: TiffTags): TiffKind {
  const layout = layoutOf(tiff)
  const { bits, photometric, compression } = layout
  const refuse = (what: string) => new Refusal(`a TIFF file ${what}; ${CONVERT}`)
  if (tiff.tags.has(TAG.dngVersion) || photometric === 32803 || photometric === 34892)
    throw new Refusal(`a camera raw file (DNG), whose first picture is only a preview; ${CONVERT}`)
  const format = tiff.tags.get(TAG.sampleFormat)?.find(value => value !== 1 && value !== 4)
  if (format !== undefined)
    throw refuse(
      `of ${FORMAT_NAMES[format] ?? `unknown (${format})`} samples, which do not say what is black and what is white`,
    )
  if (!tiff.tags.has(TAG.photometric)) throw refuse('that does not say its colour model')
  if (COMPRESSION_NAMES[compression])
    throw refuse(`compressed with ${COMPRESSION_NAMES[compression]}, which cannot be read here`)
  if (PHOTOMETRIC_NAMES[photometric])
    throw refuse(`whose colour model is ${PHOTOMETRIC_NAMES[photometric]}, which cannot be read here`)
  if (bits > 16 || new Set(tiff.tags.get(TAG.bits) ?? []).size > 1)
    throw refuse(
      `of ${(tiff.tags.get(TAG.bits) ?? [bits]).join(', ')} bits a sample; at most 16, and the same in all, can be read here`,
    )
  if (trusted(tiff, layout)) return { by: 'libvips', layout }
  if (!PLAIN.includes(compression))
    throw refuse(
      `of a kind that cannot be read here (compression ${compression}, colour model ${photometric}, ${bits} bits, ${layout.samples} samples)`,
    )
  if (layout.samples > MAX_SAMPLES) throw refuse(`of ${layout.samples} samples a pixel`)
  if (
    tagOf(tiff, TAG.predictor, 1) > 1 &&
    (bits % 8 > 0 || layout.subsampling.some(by => by > 1) || tagOf(tiff, TAG.predictor, 1) > 2)
  )
    throw refuse(`with a predictor (${tagOf(tiff, TAG.predictor, 1)}) that does not go with its samples`)
  if (!readable(tiff, layout))
    throw refuse(
      `of a colour model that cannot be read here (${photometric}, with ${layout.samples} samples of ${bits} bits)`,
    )
  return { by: 'samples', layout }
}

/** What libvips 8.18 reads rightly. */
function trusted(tiff: TiffTags, layout: TiffLayout): boolean {
  const { bits, samples, photometric, compression, separate, alpha } = layout
  if (separate && tiff.tags.has(TAG.tileWidth)) return false
  if (whiteLevel(tiff, layout) !== (1 << bits) - 1) return false
  const jpeg = compression === COMPRESSION.jpeg || compression === COMPRESSION.webp
  if (!jpeg && !PLAIN.includes(compression) && !(bits === 1 && COMPRESSION.fax.includes(compression)))
    return false
  const colours = samples - (alpha ? 1 : 0)
  if (alpha && alpha.at !== samples - 1) return false
  switch (photometric) {
    case PHOTOMETRIC.whiteIsZero:
    case PHOTOMETRIC.blackIsZero:
      return colours === 1 && (bits === 8 || bits === 16 || (!alpha && [1, 2, 4].includes(bits)))
    case PHOTOMETRIC.rgb:
      return colours === 3 && (bits === 8 || bits === 16)
    case PHOTOMETRIC.palette:
      return samples === 1
    case PHOTOMETRIC.separated:
      return colours === 4 && !alpha && bits === 8 && tagOf(tiff, TAG.inkSet, 1) === 1
    case PHOTOMETRIC.ycc:
      return samples === 3 && bits === 8 && jpeg
    default:
      return false
  }
}

/** Whether {@link tiffSamples} knows what the samples mean. */
function readable(
  tiff: TiffTags,
  { bits, samples, photometric, separate, subsampling }: TiffLayout,
): boolean {
  switch (photometric) {
    case PHOTOMETRIC.whiteIsZero:
    case PHOTOMETRIC.blackIsZero:
      return samples >= 1
    case PHOTOMETRIC.rgb:
      return samples >= 3
    case PHOTOMETRIC.palette:
      return (tiff.tags.get(TAG.colourMap)?.length ?? 0) >= 3 << bits
    case PHOTOMETRIC.separated:
      return samples >= 4 && bits >= 8 && tagOf(tiff, TAG.inkSet, 1) === 1
    case PHOTOMETRIC.ycc:
      return (
        samples >= 3 &&
        (bits === 8 || bits === 16) &&
        (subsampling.every(by => by === 1) || (bits === 8 && samples === 3 && !separate))
      )
    case PHOTOMETRIC.cieLab:
    case PHOTOMETRIC.iccLab:
      return samples >= 3 && bits === 8
    default:
      return false
  }
}

function layoutOf(tiff: TiffTags): TiffLayout {
  const samples = tagOf(tiff, TAG.samples, 1)
  const photometric = tagOf(tiff, TAG.photometric, PHOTOMETRIC.blackIsZero)
  const extra = tiff.tags.get(TAG.extraSamples) ?? unsaidExtra(photometric, samples)
  // 1: colours multiplied with alpha already; 2: not; anything else is not alpha.
  const kind = extra.findIndex(value => value === 1 || value === 2)
  const [across = 2, down = 2] = tiff.tags.get(TAG.yccSubsampling) ?? []
  return {
    width: tagOf(tiff, TAG.width, 0),
    height: tagOf(tiff, TAG.height, 0),
    bits: tagOf(tiff, TAG.bits, 1),
    samples,
    photometric,
    compression: tagOf(tiff, TAG.compression, COMPRESSION.none),
    separate: samples > 1 && tagOf(tiff, TAG.planar, 1) === 2,
    alpha: kind < 0 ? undefined : { at: samples - extra.length + kind, premultiplied: extra[kind] === 1 },
    subsampling: photometric === PHOTOMETRIC.ycc ? [across, down] : [1, 1],
  }
}

/** A sample more than the colours need, of which nothing is said, is alpha to all readers: panorama tools write it so. */
function unsaidExtra(photometric: number, samples: number): readonly number[] {
  const colours = photometric === PHOTOMETRIC.rgb ? 3 : photometric <= PHOTOMETRIC.blackIsZero ? 1 : samples
  return samples === colours + 1 ? [2] : []
}

/**
 * The sample that is white: all bits set, but where the largest sample is said to be that of a sensor with fewer bits
 * than its samples take (4095 in 16 bits). Other values of that tag are statistics, by the standard's own words.
 */
export function whiteLevel(tiff: TiffTags, { bits }: TiffLayout): number {
  const full = 2 ** bits - 1
  const most = tagOf(tiff, TAG.maxSample, full)
  return bits === 16 && [1023, 4095, 16383].includes(most) ? most : full
}
