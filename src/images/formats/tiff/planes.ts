import sharp from 'sharp'
import { Refusal } from '../refusal.js'
import type { TiffLayout } from './kind.js'
import { TAG, type TiffTags, tagOf } from './tags.js'

/** A plane's bytes, uncompressed: row after row, each made of one piece a tile (strips have one). */
export interface TiffPlane {
  readonly data: Uint8Array
  readonly rowBytes: number
  /** Pixels, or units of chroma, across a piece, and the bytes that they take. */
  readonly pieceWidth: number
  readonly pieceBytes: number
}

/**
 * Uncompresses the samples of a page, plane by plane, and leaves them as they are. libtiff does it: the same file is
 * given to it under a directory that calls each row of bytes a row of grey pixels, so neither bit depth nor colour
 * model nor the order of bytes matters to it, and all its care for damaged files is kept.
 */
export async function tiffPlanes(
  bytes: Uint8Array,
  tiff: TiffTags,
  layout: TiffLayout,
): Promise<TiffPlane[]> {
  const planes = layout.separate ? layout.samples : 1
  const tiled = tiff.tags.has(TAG.tileWidth)
  const offsets = tiff.tags.get(tiled ? TAG.tileOffsets : TAG.stripOffsets) ?? []
  const counts = tiff.tags.get(tiled ? TAG.tileBytes : TAG.stripBytes) ?? []
  const each = offsets.length / planes
  if (each < 1 || !Number.isInteger(each) || counts.length !== offsets.length)
    throw new Refusal('the TIFF file is damaged: it does not say where its samples lie')
  const made: TiffPlane[] = []
  for (let plane = 0; plane < planes; plane++) {
    const part = {
      offsets: offsets.slice(plane * each, (plane + 1) * each),
      counts: counts.slice(plane * each, (plane + 1) * each),
    }
    made.push(await onePlane(bytes, tiff, layout, part))
  }
  return made
}

interface Part {
  readonly offsets: readonly number[]
  readonly counts: readonly number[]
}

async function onePlane(
  bytes: Uint8Array,
  tiff: TiffTags,
  layout: TiffLayout,
  part: Part,
): Promise<TiffPlane> {
  const { width, height, subsampling } = layout
  const [across, down] = subsampling
  const tileWidth = tagOf(tiff, TAG.tileWidth, 0)
  const pieceWidth = Math.ceil((tileWidth || width) / across)
  const pieceBytes = bytesOf(pieceWidth, layout)
  const rowBytes = pieceBytes * (tileWidth ? Math.ceil(width / tileWidth) : 1)
  const rows = Math.ceil(height / down)
  const entries: [number, readonly number[]][] = [
    [TAG.width, [rowBytes]],
    [TAG.height, [rows]],
    [TAG.bits, [8]],
    [TAG.compression, [layout.compression]],
    [TAG.photometric, [1]],
    [TAG.fillOrder, [tagOf(tiff, TAG.fillOrder, 1)]],
    [TAG.samples, [1]],
  ]
  if (tileWidth) {
    entries.push(
      [TAG.tileWidth, [pieceBytes]],
      [TAG.tileHeight, [Math.ceil(tagOf(tiff, TAG.tileHeight, 0) / down)]],
    )
    entries.push([TAG.tileOffsets, part.offsets], [TAG.tileBytes, part.counts])
  } else {
    const perStrip = Math.min(tagOf(tiff, TAG.rowsPerStrip, height), height)
    entries.push([TAG.stripOffsets, part.offsets], [TAG.rowsPerStrip, [Math.ceil(perStrip / down)]])
    entries.push([TAG.stripBytes, part.counts])
  }
  const data = await sharp(withDirectory(bytes, tiff, entries), { failOn: 'error', limitInputPixels: false })
    .toColourspace('b-w')
    .raw()
    .toBuffer()
  if (data.length !== rowBytes * rows) throw new Refusal('the TIFF file is damaged: it has too few samples')
  return { data, rowBytes, pieceWidth, pieceBytes }
}

/** Bytes of a row of so many pixels, or of units of subsampled colour: all luma samples of a unit, then two of chroma. */
function bytesOf(
  count: number,
  { bits, samples, separate, subsampling: [across, down] }: TiffLayout,
): number {
  if (across * down > 1) return count * (across * down + 2)
  return Math.ceil((count * (separate ? 1 : samples) * bits) / 8)
}

/** A copy of the file whose first directory is another one, put at its end. */
function withDirectory(bytes: Uint8Array, tiff: TiffTags, entries: [number, readonly number[]][]): Buffer {
  const { littleEndian, big } = tiff
  const word = big ? 8 : 4
  const start = Math.ceil(bytes.length / word) * word
  const directory = word * 2 + entries.length * (big ? 20 : 12) + word
  const values = entries.reduce((total, [, { length }]) => total + (length > 1 ? length * word : 0), 0)
  const out = Buffer.alloc(start + directory + values)
  out.set(bytes)
  const view = new DataView(out.buffer, out.byteOffset, out.length)
  const put = (at: number, value: number) =>
    big ? view.setBigUint64(at, BigInt(value), littleEndian) : view.setUint32(at, value, littleEndian)
  put(big ? 8 : 4, start)
  if (big) put(start, entries.length)
  else view.setUint16(start, entries.length, littleEndian)
  let at = start + (big ? 8 : 2)
  let free = start + directory
  for (const [tag, { length, ...list }] of entries.sort(([a], [b]) => a - b)) {
    view.setUint16(at, tag, littleEndian)
    view.setUint16(at + 2, big ? 16 : 4, littleEndian)
    put(at + 4, length)
    put(at + 4 + word, length > 1 ? free : list[0])
    if (length > 1) for (let i = 0; i < length; i++, free += word) put(free, list[i])
    at += 4 + 2 * word
  }
  return out
}
