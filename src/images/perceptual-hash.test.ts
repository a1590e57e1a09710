import { describe, expect, it } from 'vitest'
import { drawing } from '../../test/support/photos.js'
import { decode } from './decode.js'
import { encodeJpeg } from './encode.js'
import { greyOf } from './grey.js'
import { hashDistance, hashOfGrey, perceptualHash, symmetricHash } from './perceptual-hash.js'
import { type Pixels, pixelsOf } from './pixels.js'
import { resizeTo } from './resize.js'

/** Grey values of a linear congruential generator, as the oracle had them. */
function noise(seed: number): Float64Array {
  let x = seed
  return Float64Array.from({ length: 1024 }, () => {
    x = Number((BigInt(x) * 1103515245n + 12345n) % 2n ** 31n)
    return (x >> 16) % 256
  })
}

/** The picture whose pixel at (x, y) is the one of `source` at `from(x, y)`. */
function moved(
  source: Pixels,
  turned: boolean,
  from: (x: number, y: number) => readonly [number, number],
): Pixels {
  const [width, height] = turned ? [source.height, source.width] : [source.width, source.height]
  const data = new Uint8Array(source.data.length)
  for (let y = 0, p = 0; y < height; y++)
    for (let x = 0; x < width; x++, p += 3) {
      const [sx, sy] = from(x, y)
      const at = (sy * source.width + sx) * 3
      data.set(source.data.subarray(at, at + 3), p)
    }
  return pixelsOf(width, height, data)
}

describe('perceptual hash', () => {
  // scipy.fftpack.dct along both axes, its corner of 8 x 8 above its median: imagehash.phash, after its resizing.
  it('is that of imagehash for the same grey pixels', () => {
    expect([1, 2, 3, 4].map(seed => hashOfGrey(noise(seed)))).toEqual([
      'f741abf0c045e399',
      'f2964e46d89d6178',
      'd46a90bf887b2d25',
      'c809322b796bb6cb',
    ])
  })

  it('hardly changes with size and quality, and tells photos apart', async () => {
    const load = async (bytes: Uint8Array) => decode(bytes, { name: 'x', shortSide: 32 })
    const ball = await load(await drawing('ball', 1, { side: 200 }))
    const wave = await load(await drawing('wave', 1, { side: 200 }))
    const copy = await load(await encodeJpeg(resizeTo(ball, 90, 90), { quality: 40 }))
    expect(hashDistance(perceptualHash(ball), perceptualHash(copy))).toBeLessThanOrEqual(8)
    expect(hashDistance(perceptualHash(ball), perceptualHash(wave))).toBeGreaterThan(8)
    expect(hashDistance('0000000000000000', 'ffffffffffffffff')).toBe(64)
  })

  it('gives those of the mirror image, upside down and half a turn from the same transform', async () => {
    const photo = await decode(await drawing('ball', 3, { side: 200 }), { name: 'x', shortSide: 200 })
    const [right, bottom] = [photo.width - 1, photo.height - 1]
    const hashes = symmetricHash(greyOf(photo)).match(/.{16}/g)
    const positions = [
      photo,
      moved(photo, false, (x, y) => [right - x, y]),
      moved(photo, false, (x, y) => [x, bottom - y]),
      moved(photo, false, (x, y) => [right - x, bottom - y]),
    ]
    expect(hashes?.[0]).toBe(perceptualHash(photo))
    positions.forEach((position, i) => {
      expect(hashDistance(hashes?.[i] ?? '', perceptualHash(position))).toBeLessThanOrEqual(2)
    })
  })
})
