import sharp, { type Metadata } from 'sharp'
import { messageOf } from '../../core/index.js'
import { MAX_PIXELS } from '../limits.js'
import type { Pixels } from '../pixels.js'
import { upright } from './orientation.js'
import { orientationBeside } from './orientation-beside.js'
import { FEWER_BITS, fewerBits, type PhotoHead, type StoredBeside } from './photo-file.js'
import { Refusal } from './refusal.js'

// No photo is decoded twice, so a cache of decoded pixels would only hold memory.
sharp.cache(false)
// Photos are decoded side by side; more threads inside one would only get in each other's way.
sharp.concurrency(1)

export interface WithSharpOptions {
  /** How much is wrong with a file that is an error: 'truncated' unless said. */
  readonly failOn?: 'truncated' | 'error' | 'warning' | undefined
}

/** What a photo's header says, as libvips tells it. */
export type Header = Pick<
  Metadata,
  | 'format'
  | 'width'
  | 'height'
  | 'autoOrient'
  | 'orientation'
  | 'space'
  | 'depth'
  | 'isProgressive'
  | 'hasProfile'
  | 'hasAlpha'
  | 'pages'
  | 'chromaSubsampling'
  | 'exif'
  | 'xmp'
  | 'comments'
>

/**
 * What libvips reads: the header now, the pixels when they are asked for.
 *
 * @param known - the header, where it was read already
 */
export async function openWithSharp(
  bytes: Uint8Array,
  options: WithSharpOptions = {},
  known?: Header | undefined,
): Promise<PhotoHead> {
  // Reading the header decompresses nothing; whether there are too many pixels is then ours to say.
  const header = known ?? (await sharp(bytes, { limitInputPixels: false }).metadata())
  const { width, height } = header
  return {
    width,
    height,
    shrinks: !isShrunkHere(header),
    beside: storedBeside(header),
    memory: factor => decodeMemory(header, isShrunkHere(header) ? 1 : factor),
    async decode(asked) {
      const factor = isShrunkHere(header) ? 1 : asked
      const decoded = await withReason(() => decodeShrunk(bytes, header, factor, options))
      if (header.depth === 'ushort' && fewerBits(decoded)) throw new Refusal(FEWER_BITS)
      return header.orientation === undefined ? upright(decoded, orientationBeside(header)) : decoded
    },
  }
}

/**
 * What libvips shrinks as browsers cannot is decoded whole, and shrunk by code that both have (docs/decisions/0093): WebP, whose own
 * decoder leaves pixels out; inks, since means of inks are no means of light; PNG of 16 bits, of which browsers see eight.
 */
function isShrunkHere({ format, space, depth }: Header): boolean {
  return format === 'webp' || space === 'cmyk' || (format === 'png' && depth === 'ushort')
}

/** Each time, one in four of those that fail beside others has lost its reason. */
const MOST_TRIES = 12

/**
 * libvips has one place for what went wrong, for all threads of a process, and whichever picture is done first empties it: what
 * failed meanwhile is an `Unknown error`. Asked again it says why, and whether a JPEG only lacks its end depends on that.
 */
async function withReason<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await work()
    } catch (error) {
      if (tries === MOST_TRIES || !/unknown error/i.test(messageOf(error))) throw error
    }
}

/** Colour spaces that need no mention. */
const usual: ReadonlySet<string | undefined> = new Set(['srgb', 'rgb', 'rgb16', undefined])

function storedBeside(header: Header): StoredBeside {
  const { exif, xmp, hasProfile, orientation, pages = 1, chromaSubsampling: subsampling } = header
  const { space, hasAlpha } = header
  return {
    exif,
    xmp,
    hasProfile,
    orientation: orientation ?? orientationBeside(header),
    frames: pages,
    subsampling,
    notes: [...(usual.has(space) ? [] : [String(space)]), ...(hasAlpha ? ['with transparency'] : [])],
  }
}

async function decodeShrunk(
  bytes: Uint8Array,
  header: Header,
  factor: number,
  { failOn = 'truncated' }: WithSharpOptions,
): Promise<Pixels> {
  const opened = sharp(bytes, {
    // As PIL does: a file that ends early is an error, a damaged spot inside it is not.
    failOn,
    limitInputPixels: MAX_PIXELS,
    sequentialRead: true,
    ignoreIcc: true,
  })
  const shrunk =
    factor === 1
      ? opened
      : opened.resize({
          width: Math.ceil(header.autoOrient.width / factor),
          height: Math.ceil(header.autoOrient.height / factor),
          fit: 'fill',
          kernel: 'linear',
        })
  const turned = header.orientation === undefined ? shrunk : shrunk.autoOrient()
  if (header.space === 'cmyk') {
    const { data, info } = await turned
      .pipelineColourspace('cmyk')
      .toColourspace('cmyk')
      .raw()
      .toBuffer({ resolveWithObject: true })
    return fromCmyk(data, info.width, info.height, info.channels)
  }
  const { data, info } = await (header.hasAlpha ? turned.flatten({ background: '#ffffff' }) : turned)
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return fromChannels(data, info.width, info.height, info.channels)
}

/** Inks to light as most readers do it without a profile: each light is what its ink and black let through; cut, as Chromium does. */
function fromCmyk(data: Uint8Array, width: number, height: number, channels: number): Pixels {
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0, p = 0; i < rgb.length; i += 3, p += channels) {
    const light = 255 - data[p + 3]
    rgb[i] = ((255 - data[p]) * light) / 255
    rgb[i + 1] = ((255 - data[p + 1]) * light) / 255
    rgb[i + 2] = ((255 - data[p + 2]) * light) / 255
  }
  return { width, height, data: rgb }
}

function fromChannels(data: Uint8Array, width: number, height: number, channels: number): Pixels {
  if (channels === 3)
    return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) }
  const rgb = new Uint8Array(width * height * 3)
  const colours = channels >= 3
  for (let i = 0, p = 0; i < rgb.length; i += 3, p += channels) {
    rgb[i] = data[p]
    rgb[i + 1] = colours ? data[p + 1] : data[p]
    rgb[i + 2] = colours ? data[p + 2] : data[p]
  }
  return { width, height, data: rgb }
}

/** Bytes a pixel that are kept whole while decoding, however far it is shrunk; measured with libvips 8.18. */
const KEPT: Readonly<Record<string, number>> = { heif: 19, gif: 5.5, tiff: 2, png: 1.5, jpeg: 0.5, webp: 0.5 }
/** Interlaced and progressive pictures are whole only when all is read. */
const KEPT_PROGRESSIVE = 4
/** Bytes a pixel of the result: in the library, and handed over; WebP decodes in one piece of RGBA besides. */
const RESULT = 4
const RESULT_WEBP = 12

function decodeMemory(
  { width, height, format, isProgressive, orientation = 1, depth }: Header,
  factor: number,
): number {
  const kept = isProgressive ? KEPT_PROGRESSIVE : (KEPT[format] ?? KEPT_PROGRESSIVE)
  const result = format === 'webp' ? RESULT_WEBP : RESULT
  // Turned upright, a picture is there twice.
  const copies = orientation > 1 ? 2 : 1
  return width * height * (kept + (result * copies) / factor ** 2) * (depth === 'ushort' ? 2 : 1)
}

/** The versions of the libraries that decode, for what is kept of their judgement. */
export function decoderVersions(): string {
  const { sharp: ours = '?', vips } = sharp.versions
  return `sharp ${ours}, libvips ${vips}`
}
