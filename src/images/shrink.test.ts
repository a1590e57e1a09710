import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { drawing } from '../../test/support/photos.js'
import { decode } from './decode.js'
import { shrinkLikeVips } from './shrink.js'

/** A drawing with noise at any size. */
async function noisy(width: number, height: number): Promise<Buffer> {
  return sharp(await drawing('ball', 3))
    .resize(width, height, { fit: 'fill', kernel: 'nearest' })
    .png()
    .toBuffer()
}

describe('shrinkLikeVips', () => {
  it.each([
    [448, 520, 2],
    [449, 903, 2],
    [901, 1003, 4],
    [1203, 897, 4],
    [1801, 2407, 8],
    [1793, 1999, 8],
  ])('gives %i x %i to a part in %i what sharp gives, to the bit', async (width, height, factor) => {
    const bytes = new Uint8Array(await noisy(width, height))
    const whole = await decode(bytes, { name: 'x', shortSide: 1_000_000 })
    const wanted = await decode(bytes, { name: 'x', shortSide: 224 })
    expect([wanted.width, wanted.height]).toEqual([Math.ceil(width / factor), Math.ceil(height / factor)])
    const got = shrinkLikeVips(whole, factor)
    expect([got.width, got.height]).toEqual([wanted.width, wanted.height])
    expect(Buffer.compare(got.data, wanted.data)).toBe(0)
  })

  it('leaves a picture as it is that is to stay so', () => {
    const pixels = { width: 1, height: 1, data: new Uint8Array(3) }
    expect(shrinkLikeVips(pixels, 1)).toBe(pixels)
  })
})
