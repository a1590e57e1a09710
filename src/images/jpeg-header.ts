/** What the markers before the first scan of a JPEG file say (ITU-T T.81, annex B). */
export interface JpegHeader {
  readonly width: number
  readonly height: number
  readonly components: number
  /** Whether three components are luma and chroma, as nearly always, and not plain RGB. */
  readonly isYcc: boolean
  /** EXIF orientation, 1 (upright) to 8. */
  readonly orientation: number
}

const SOS = 0xda
const EOI = 0xd9
const APP0 = 0xe0
const APP1 = 0xe1
const APP14 = 0xee

/** Reads a JPEG file's header; undefined where it is not one that can be understood. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let frame: { width: number; height: number; components: number; ids: string } | undefined
  let orientation = 1
  let isJfif = false
  let adobeTransform: number | undefined
  for (const { marker, start, end } of segments(bytes, view)) {
    if (isFrame(marker) && end - start >= 6 && !frame) {
      const components = view.getUint8(start + 5)
      const ids = Array.from({ length: components }, (_, i) => start + 6 + 3 * i)
      frame = {
        height: view.getUint16(start + 1),
        width: view.getUint16(start + 3),
        components,
        ids: ids.map(at => (at < end ? String.fromCharCode(view.getUint8(at)) : '')).join(''),
      }
    } else if (marker === APP0 && startsWith(bytes, start, end, 'JFIF\0')) isJfif = true
    else if (marker === APP14 && startsWith(bytes, start, end, 'Adobe') && end - start >= 12)
      adobeTransform = view.getUint8(start + 11)
    else if (marker === APP1 && orientation === 1 && startsWith(bytes, start, end, 'Exif\0\0'))
      orientation = exifOrientation(bytes.subarray(start + 6, end))
  }
  if (!frame || frame.width === 0 || frame.height === 0) return undefined
  const { width, height, components, ids } = frame
  // As every libjpeg decides: JFIF is YCbCr, then Adobe's word counts, then the components' names.
  const isYcc = isJfif || (adobeTransform === undefined ? ids !== 'RGB' : adobeTransform !== 0)
  return { width, height, components, isYcc, orientation }
}

interface Segment {
  readonly marker: number
  /** The body, after the length. */
  readonly start: number
  readonly end: number
}

/** Marker segments up to the first scan; stops where the file is damaged. */
function* segments(bytes: Uint8Array, view: DataView): Generator<Segment> {
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === EOI) return
    const length = view.getUint16(at + 2)
    const end = at + 2 + length
    if (length < 2 || end > bytes.length) return
    if (marker === SOS) return
    yield { marker, start: at + 4, end }
    at = end
  }
}

/** SOF markers: C0 to CF without DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

function startsWith(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (start + text.length > end) return false
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false
  return true
}

const ORIENTATION_TAG = 0x0112
const SHORT = 3

/** The orientation in an EXIF block (TIFF 6.0, first directory); 1 where it has none that makes sense. */
function exifOrientation(exif: Uint8Array): number {
  if (exif.length < 8) return 1
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength)
  const order = view.getUint16(0)
  if (order !== 0x4949 && order !== 0x4d4d) return 1
  const little = order === 0x4949
  const directory = view.getUint32(4, little)
  if (directory + 2 > exif.length) return 1
  const count = view.getUint16(directory, little)
  for (let i = 0, at = directory + 2; i < count && at + 12 <= exif.length; i++, at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION_TAG) continue
    const value = view.getUint16(at + 2, little) === SHORT ? view.getUint16(at + 8, little) : 1
    return value >= 1 && value <= 8 ? value : 1
  }
  return 1
}
