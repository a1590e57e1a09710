import sharp from 'sharp'
import { RandomStream } from '../../src/core/index.js'

/** How drawn photos look: blobs of colour that no two share, so that none is a near copy, and grain on them. */
export interface GrainOptions {
  /** Names the stream that photos are drawn from: other names, other photos. */
  readonly stream: string
  readonly width: number
  readonly height: number
  /** Blobs a side. */
  readonly cells: number
  /** Least and most strength of the grain, which is what fills a JPEG, as a share of all brightness. */
  readonly strength: readonly [number, number]
  /** Of the JPEG. */
  readonly quality: number
}

/** Draws photos by number: the number decides all bytes. */
export function grainPhotos(options: GrainOptions): (number: number) => Promise<Buffer> {
  const { stream, width, height, cells, strength, quality } = options
  const grain = grainOf(RandomStream.fromSeed(0).fork('grain'), width * height * 3)
  return async number => {
    const random = RandomStream.fromSeed(number).fork(stream)
    const blobs = Buffer.from(Array.from({ length: cells * cells * 3 }, () => random.integer(256)))
    const pixels = await sharp(blobs, { raw: { width: cells, height: cells, channels: 3 } })
      .resize(width, height, { kernel: 'cubic', fit: 'fill' })
      .raw()
      .toBuffer()
    const begin = random.integer(pixels.length)
    const share = random.uniform(...strength)
    for (let i = 0; i < pixels.length; i++)
      pixels[i] = Math.max(0, Math.min(255, pixels[i] + share * grain[begin + i]))
    return sharp(pixels, { raw: { width, height, channels: 3 } })
      .jpeg({ quality })
      .toBuffer()
  }
}

/** Values from -128 to 127, twice as many as a photo has: each photo begins somewhere else in them. */
function grainOf(random: RandomStream, values: number): Int8Array {
  return Int8Array.from({ length: values * 2 }, () => random.integer(256) - 128)
}
