import { Refusal } from '../refusal.js'
import type { Rgba } from '../rgba.js'
import type { DibHeader } from './dib-header.js'
import { unpackRuns } from './runs.js'

/** Bytes of a row of so many bits a pixel: rows begin at multiples of four. */
export function rowBytes(width: number, bits: number): number {
  return Math.ceil((width * bits) / 32) * 4
}

/** The pixels of a bitmap from a place in a file on, opaque but where a mask says alpha. Throws a `Refusal`. */
export function readDib(bytes: Uint8Array, header: DibHeader, at: number): Rgba {
  const { width, height, bits, topDown } = header
  const stride = header.runs ? width : rowBytes(width, bits)
  const rows = header.runs ? unpackRuns(bytes.subarray(at), header) : bytes.subarray(at)
  if (rows.length < stride * height)
    throw new Refusal('the BMP file is truncated: it ends before the picture does')
  const data = new Uint8Array(width * height * 4)
  const pixel = pixelReader(rows, header)
  for (let y = 0; y < height; y++) {
    const row = (topDown ? y : height - 1 - y) * stride
    for (let x = 0, out = y * width * 4; x < width; x++, out += 4) pixel(row, x, data, out)
  }
  if (bits > 8 && header.masks[3] !== 0) withoutEmptyAlpha(data)
  return { width, height, data }
}

type PixelReader = (row: number, x: number, data: Uint8Array, out: number) => void

function pixelReader(rows: Uint8Array, { bits, runs, palette, masks }: DibHeader): PixelReader {
  if (bits === 24)
    return (row, x, data, out) => {
      const from = row + x * 3
      data[out] = rows[from + 2]
      data[out + 1] = rows[from + 1]
      data[out + 2] = rows[from]
      data[out + 3] = 255
    }
  if (bits > 8) return maskReader(rows, bits / 8, masks)
  const most = (1 << bits) - 1
  return (row, x, data, out) => {
    const bit = x * bits
    const index = runs ? rows[row + x] : (rows[row + (bit >> 3)] >> (8 - bits - (bit & 7))) & most
    data.set(palette.subarray(index * 3, index * 3 + 3), out)
    data[out + 3] = 255
  }
}

/** Pixels of 2 or 4 bytes whose colours are runs of bits, scaled to a byte. */
function maskReader(rows: Uint8Array, bytes: number, masks: readonly number[]): PixelReader {
  const parts = masks.map(mask => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask)
    return { mask, shift, most: mask >>> shift }
  })
  return (row, x, data, out) => {
    const from = row + x * bytes
    const value =
      rows[from] | (rows[from + 1] << 8) | (bytes === 4 ? (rows[from + 2] << 16) | (rows[from + 3] << 24) : 0)
    for (let i = 0; i < 4; i++) {
      const { mask, shift, most } = parts[i]
      data[out + i] = mask === 0 ? (i === 3 ? 255 : 0) : (((value & mask) >>> shift) * 255) / most + 0.5
    }
  }
}

/** Alpha that is nowhere set was never meant: writers that know no alpha leave its byte zero. */
export function withoutEmptyAlpha(data: Uint8Array): void {
  for (let i = 3; i < data.length; i += 4) if (data[i] > 0) return
  for (let i = 3; i < data.length; i += 4) data[i] = 255
}
