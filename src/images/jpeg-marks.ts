// What a JPEG's markers say that no decoder tells. (ITU-T T.81, annex B.)

export interface JpegMarks {
  /** Mean of the luminance quantisation table, 1 (finest) to 255; null where the file has none that can be read. */
  readonly quantisation: number | null
  /** Whether the picture is followed by the mark of its end. */
  readonly hasEnd: boolean
}

const QUANTISATION = 0xdb
const SCAN = 0xda
const END = Buffer.from([0xff, 0xd9])

/** Values of a quantisation table. */
const TABLE = 64

/** Reads a JPEG's markers up to its first scan, and looks for its end. */
export function jpegMarks(bytes: Uint8Array): JpegMarks {
  let quantisation: number | null = null
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === SCAN) break
    const length = bytes[at + 2] * 256 + bytes[at + 3]
    if (length < 2) break
    if (marker === QUANTISATION) quantisation ??= firstTable(bytes.subarray(at + 4, at + 2 + length))
    at += 2 + length
  }
  // Thumbnails inside of headers have ends of their own, so it must come behind the scan's beginning.
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { quantisation, hasEnd: view.lastIndexOf(END) > at }
}

/** Mean of table 0, that of luminance, where the segment has it. */
function firstTable(segment: Uint8Array): number | null {
  for (let at = 0; at < segment.length; ) {
    const size = segment[at] >> 4 === 0 ? 1 : 2
    const values = segment.subarray(at + 1, at + 1 + TABLE * size)
    if (values.length < TABLE * size) return null
    if ((segment[at] & 15) === 0) {
      let sum = 0
      for (let i = 0; i < values.length; i++) sum += size === 2 && i % 2 === 0 ? values[i] * 256 : values[i]
      return sum / TABLE
    }
    at += 1 + TABLE * size
  }
  return null
}
