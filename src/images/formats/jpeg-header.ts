import type { Header } from './with-sharp.js'

// What decoding must know of an ordinary JPEG, from its markers: asking libvips for it takes longer than a tenth of the
// decoding of a small photo. (ITU-T T.81, annex B.)

const MARKER = 0xff
const SCAN = 0xda
/** Baseline, extended, progressive, all of them Huffman-coded. */
const FRAMES = [0xc0, 0xc1, 0xc2]
const PROGRESSIVE = 0xc2
/** Other kinds of frames: lossless, hierarchical, arithmetic. Among them are tables (C4, CC) and a reserved marker (C8). */
const OTHER_FRAMES = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]
/** EXIF and XMP; colour profiles and further pictures. */
const SAID_BESIDE = [0xe1, 0xe2]

/**
 * The header of a JPEG that is grey or has three colours, 8 bits deep, with nothing beside its pixels that matters. Undefined
 * for every other, and where anything is odd: libvips knows what to make of those.
 */
export function plainJpegHeader(bytes: Uint8Array): Header | undefined {
  let frame: Header | undefined
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === MARKER) {
    const marker = bytes[at + 1]
    if (marker === SCAN) return frame
    const length = bytes[at + 2] * 256 + bytes[at + 3]
    if (length < 2 || isOdd(marker) || (frame && FRAMES.includes(marker))) return undefined
    if (FRAMES.includes(marker)) {
      frame = frameHeader(bytes.subarray(at + 4, at + 2 + length), marker === PROGRESSIVE)
      if (frame === undefined) return undefined
    }
    at += 2 + length
  }
  return undefined
}

/** What is not looked into here, or stands nowhere in a header: fill bytes, marks without a length. */
function isOdd(marker: number): boolean {
  return marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd9) || marker === MARKER || isMore(marker)
}

function isMore(marker: number): boolean {
  return OTHER_FRAMES.includes(marker) || SAID_BESIDE.includes(marker)
}

function frameHeader(segment: Uint8Array, isProgressive: boolean): Header | undefined {
  const [depth, h, eight, w, idth, components] = segment
  const [width, height] = [w * 256 + idth, h * 256 + eight]
  const isComplete = segment.length === 6 + 3 * components
  if (depth !== 8 || !isComplete || (components !== 1 && components !== 3) || !width || !height)
    return undefined
  const isHalved = Array.from({ length: components }, (_, i) => segment[7 + 3 * i]).some(
    each => each !== 0x11,
  )
  return {
    format: 'jpeg',
    width,
    height,
    autoOrient: { width, height },
    space: components === 1 ? 'b-w' : 'srgb',
    depth: 'uchar',
    isProgressive,
    hasProfile: false,
    hasAlpha: false,
    chromaSubsampling: isHalved ? '4:2:0' : '4:4:4',
  }
}
