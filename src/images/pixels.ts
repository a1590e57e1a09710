import { argumentError } from '../core/index.js'

/** A decoded picture: 8-bit sRGB without alpha, row-major [height, width, 3]. */
export interface Pixels {
  readonly width: number
  readonly height: number
  /** width · height · 3 bytes. */
  readonly data: Uint8Array
}

/** A picture in brightness alone: a byte a pixel, row-major [height, width]. */
export interface GreyPixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** For each output position the inputs it is mixed from: `count[i]` neighbours from `first[i]`, weights from `at[i]`. */
export interface Taps {
  readonly first: Int32Array
  readonly count: Int32Array
  readonly at: Int32Array
  /** In units of 2^-14; each output's sum to one. */
  readonly weights: Int32Array
}

/** Wraps bytes as pixels after checking that they are as many as the size says. */
export function pixelsOf(width: number, height: number, data: Uint8Array): Pixels {
  if (!Number.isInteger(width) || width < 1) throw argumentError('width', 'a whole number from 1', width)
  if (!Number.isInteger(height) || height < 1) throw argumentError('height', 'a whole number from 1', height)
  if (data.length !== width * height * 3)
    throw argumentError('data', `${width} x ${height} x 3 bytes`, `${data.length} bytes`)
  return { width, height, data }
}

/** A picture of one colour. */
export function blank(width: number, height: number, [red, green, blue]: Colour): Pixels {
  const data = new Uint8Array(width * height * 3)
  for (let i = 0; i < data.length; i += 3) {
    data[i] = red
    data[i + 1] = green
    data[i + 2] = blue
  }
  return { width, height, data }
}

/** Red, green, blue, each 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number]

/** Copies a picture into a larger one with its top left corner at (left, top); it must fit. */
export function paste(into: Pixels, picture: Pixels, left: number, top: number): void {
  if (left < 0 || top < 0 || left + picture.width > into.width || top + picture.height > into.height)
    throw argumentError('left and top', `a place where ${picture.width} x ${picture.height} fits`, [
      left,
      top,
    ])
  const bytes = picture.width * 3
  for (let y = 0; y < picture.height; y++)
    into.data.set(picture.data.subarray(y * bytes, (y + 1) * bytes), ((top + y) * into.width + left) * 3)
}
