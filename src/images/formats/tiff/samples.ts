import { blank, type Pixels } from '../../pixels.js'
import { tiffColours } from './colours.js'
import type { TiffLayout } from './kind.js'
import { type TiffPlane, tiffPlanes } from './planes.js'
import { TAG, type TiffTags, tagOf } from './tags.js'

/** Reads a page whose samples are plain, of any depth to 16 bits, and turns them into colours. */
export async function tiffSamples(bytes: Uint8Array, tiff: TiffTags, layout: TiffLayout): Promise<Pixels> {
  const { width, height, samples, separate } = layout
  const planes = await tiffPlanes(bytes, tiff, layout)
  const pixels = blank(width, height, [0, 0, 0])
  const colours = tiffColours(tiff, layout)
  const row = new Uint16Array(width * samples)
  for (let y = 0; y < height; y++) {
    if (layout.subsampling.some(by => by > 1)) unitsRow(planes[0], layout, y, row)
    else
      planes.forEach((plane, sample) => {
        plainRow(plane, tiff, layout, y, row, sample, separate ? samples : 1)
      })
    colours(row, pixels.data.subarray(y * width * 3, (y + 1) * width * 3))
  }
  return pixels
}

/** One row of a plane's samples into every `step`-th place of a row from `first` on. */
function plainRow(
  { data, rowBytes, pieceWidth, pieceBytes }: TiffPlane,
  tiff: TiffTags,
  { width, bits, samples, separate }: TiffLayout,
  y: number,
  row: Uint16Array,
  first: number,
  step: number,
): void {
  const each = separate ? 1 : samples
  const differences = tagOf(tiff, TAG.predictor, 1) === 2
  for (let x = 0, piece = y * rowBytes; x < width; x += pieceWidth, piece += pieceBytes) {
    const count = Math.min(pieceWidth, width - x) * each
    const start = first + x * each * step
    for (let i = 0; i < count; i++) row[start + i * step] = sampleAt(data, piece, i, bits, tiff.littleEndian)
    if (!differences) continue
    const mask = 2 ** bits - 1
    for (let i = each; i < count; i++)
      row[start + i * step] = (row[start + i * step] + row[start + (i - each) * step]) & mask
  }
}

/** The i-th sample from a byte on: whole bytes in the file's order, others packed from the highest bit down. */
function sampleAt(data: Uint8Array, from: number, i: number, bits: number, littleEndian: boolean): number {
  if (bits === 8) return data[from + i]
  if (bits === 16) {
    const at = from + 2 * i
    return littleEndian ? data[at] | (data[at + 1] << 8) : (data[at] << 8) | data[at + 1]
  }
  const bit = i * bits
  const at = from + (bit >> 3)
  const three = (data[at] << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0)
  return (three >> (24 - (bit & 7) - bits)) & ((1 << bits) - 1)
}

/** One row of pixels out of units that hold several luma samples and share two of chroma (TIFF 6.0, section 21). */
function unitsRow(
  { data, rowBytes, pieceWidth, pieceBytes }: TiffPlane,
  { width, subsampling: [across, down] }: TiffLayout,
  y: number,
  row: Uint16Array,
): void {
  const unit = across * down + 2
  const line = Math.floor(y / down) * rowBytes
  for (let x = 0, out = 0; x < width; x++, out += 3) {
    const column = Math.floor(x / across)
    const piece = Math.floor(column / pieceWidth)
    const from = line + piece * pieceBytes + (column - piece * pieceWidth) * unit
    row[out] = data[from + (y % down) * across + (x % across)]
    row[out + 1] = data[from + across * down]
    row[out + 2] = data[from + across * down + 1]
  }
}
